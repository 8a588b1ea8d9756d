import type { api } from '@keelson/catalogue';
import { Database } from '@keelson/persistence';
import type { Started } from '@keelson/runtime';
import { warmUp } from '@keelson/signals';
import { readBodies, WEBHOOK_PATH } from './delivery-body.ts';

/** So many requests pass the HTTP stack before the port opens. */
const REHEARSED_REQUESTS = 50;

/** Body parsers, then the accept path once through warm code: the first real signal is as fast as the thousandth. */
export async function prepareForWebhooks({ app, config }: Started<typeof api>): Promise<void> {
  readBodies(app);
  await app.init();
  await warmUp(app.get(Database), config.DATABASE_POOL_SIZE);
  // Without a key, so they end as refusals: everything but the commit, which was rehearsed above.
  for (let request = 0; request < REHEARSED_REQUESTS; request += 1) {
    await app.inject({
      method: 'POST',
      url: `${WEBHOOK_PATH}tradingview`,
      headers: { 'content-type': 'application/json' },
      payload: '{"ticker":"NQ1!"}',
    });
  }
}
