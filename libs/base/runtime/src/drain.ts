import type { Server } from 'node:http';
import { type Duration, milliseconds } from '@keelson/kernel';
import type { Logger } from 'pino';
import type { HealthChecks } from './health.ts';

export interface DrainParts {
  readonly health: HealthChecks;
  readonly server: Server;
  readonly logger: Logger;
  /** The service's own work: hand back leases, close sockets, wait for what is in flight. */
  readonly onDrain?: (() => Promise<void>) | undefined;
  /** Closes pools and timers, after the last request. */
  readonly close: () => Promise<void>;
  readonly within: Duration;
}

/** True when the work ended in time; an error of the work is passed on. */
async function endsWithin(work: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(limitMs, 0));
  });
  try {
    return await Promise.race([work.then(() => true as const), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Goes away in order: not ready, no new connections, requests in flight and the service's own work end side by side, then
 * pools close. Returns the exit code: 0 when all ended within the limit, 1 when something had to be cut off.
 */
export async function drain(parts: DrainParts): Promise<0 | 1> {
  const { health, server, logger, onDrain, close, within } = parts;
  const endsAt = performance.now() + milliseconds(within);
  const left = () => endsAt - performance.now();
  health.stop();
  const requestsEnded = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  let code: 0 | 1 = 0;
  try {
    if (!(await endsWithin(Promise.all([onDrain?.(), requestsEnded]), left()))) {
      logger.error(`Work was still in flight after ${within}; it is cut off and will be recovered by its lease`);
      code = 1;
    }
    server.closeAllConnections();
    // What is cut off still gets a moment to close its pools, else Postgres learns of it by time-out.
    if (!(await endsWithin(close(), Math.max(left(), 1_000)))) {
      logger.error('Connections did not close in time');
      code = 1;
    }
  } catch (error) {
    logger.error({ error }, 'Draining failed');
    code = 1;
  }
  logger.info({ exit_code: code }, 'Stopped');
  return code;
}
