import type { api } from '@keelson/catalogue';
import { Database } from '@keelson/persistence';
import type { Started } from '@keelson/runtime';
import { warmUp } from '@keelson/signals';
import { serveStartPage } from './start-page/start-page.ts';
import { readBodies, WEBHOOK_PATH } from './webhooks/delivery-body.ts';

/** So many requests pass the HTTP stack before the port opens; they show in the metrics as `unknown_source`. */
const REHEARSED_REQUESTS = 20;

/** Body parsers, the start page, then the accept path once: the first real signal is as fast as the thousandth. */
export async function prepare({ app, config, logger }: Started<typeof api>): Promise<void> {
  readBodies(app);
  serveStartPage(app, config);
  const { level } = logger;
  logger.level = 'warn';
  try {
    // One after the other: a connection may take 200 ms, and what keeps this process busy meanwhile counts.
    await rehearseRequests(app);
    await warmUp(app.get(Database), config.DATABASE_POOL_SIZE);
  } finally {
    logger.level = level;
  }
}

/** To a source that does not exist: HTTP, routing and the error format; parser and commit have rehearsals of their own. */
async function rehearseRequests(app: Started<typeof api>['app']): Promise<void> {
  await app.init();
  const headers = { 'content-type': 'application/json', 'user-agent': 'keelson-rehearsal' };
  for (let request = 0; request < REHEARSED_REQUESTS; request += 1) {
    await app.inject({ method: 'POST', url: `${WEBHOOK_PATH}rehearsal`, headers, payload: '{}' });
  }
}
