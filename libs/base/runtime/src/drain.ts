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

/** How often connections that fell idle are closed: a kept-alive one would otherwise hold the server for a minute. */
const IDLE_CHECK_MS = 50;

/** Stops accepting; resolves once the last request is answered and its connection closed. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
    server.close(() => {
      clearInterval(idle);
      resolve();
    });
  });
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
  const requestsEnded = closed(server);
  let code: 0 | 1 = 0;
  const stage = async (work: Promise<unknown>, limitMs: number, late: string) => {
    try {
      if (await endsWithin(work, limitMs)) return;
      logger.error(late);
    } catch (error) {
      logger.error({ error }, 'Draining failed');
    }
    code = 1;
  };
  const work = Promise.all([onDrain?.(), requestsEnded]);
  await stage(work, left(), `Work was still in flight after ${within}; it is cut off and recovered by its lease`);
  server.closeAllConnections();
  // What is cut off still gets a moment to close its pools, else Postgres learns of it by time-out.
  await stage(close(), Math.max(left(), 1_000), 'Connections did not close in time');
  logger.info({ exit_code: code }, 'Stopped');
  return code;
}
