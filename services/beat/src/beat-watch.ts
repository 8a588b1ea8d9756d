import { Owner } from '@keelson/messaging';
import type { Watch } from '@keelson/oversight';
import type { Database } from '@keelson/persistence';
import { watchOf } from '@keelson/pipeline';
import type { Logger } from 'pino';

/**
 * Beat's part in halting: it watches, and blocks what must not go on. Working a halt off is left to those with a way to the
 * venues. While beat is dead, a worker watches.
 */
export class BeatWatch {
  readonly #owner: Owner;
  readonly #watch: Watch;

  constructor(database: Database, logger: Logger) {
    this.#owner = new Owner(database);
    this.#watch = watchOf({ database, owner: this.#owner }, (error) => logger.error({ error }, 'The watch is blind'));
  }

  async start(): Promise<void> {
    await this.#owner.start();
    this.#watch.start();
  }

  async stop(): Promise<void> {
    await this.#watch.stop();
    await this.#owner.stop();
  }
}
