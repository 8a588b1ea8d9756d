import { type Channel, type EventFrame, FRAME_HINT_CHANNEL } from '@keelson/contracts';
import { type Id, newId } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { Redis } from 'ioredis';
import { appendEvents } from '../src/publish.store.ts';

/** Commits events as the step publish does, and hints as a worker does, or does not. */
export class EventWriter {
  readonly #database: Database;
  readonly #redis: Redis;
  readonly #teamId: Id;

  constructor(database: Database, redisUrl: string, teamId: Id) {
    this.#database = database;
    this.#teamId = teamId;
    this.#redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
    this.#redis.on('error', () => undefined);
  }

  async commit(count = 1, channel: Channel = 'orders'): Promise<EventFrame[]> {
    const data = { at: new Date().toISOString() };
    const events = Array.from({ length: count }, () => {
      return { channel, event: 'order.accepted' as const, signalId: newId(), data };
    });
    return this.#database.transaction(this.#teamId, (tx) => appendEvents(tx, events));
  }

  /** Tells the gateways. What Redis does not take is lost, as in the worker. */
  async hint(frames: readonly EventFrame[]): Promise<void> {
    await this.#redis.publish(FRAME_HINT_CHANNEL, JSON.stringify({ teamId: this.#teamId, frames })).catch(() => 0);
  }

  async write(count = 1, channel: Channel = 'orders'): Promise<EventFrame[]> {
    const frames = await this.commit(count, channel);
    await this.hint(frames);
    return frames;
  }

  close(): void {
    this.#redis.disconnect();
  }
}
