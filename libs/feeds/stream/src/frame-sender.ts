import { type EventFrame, FRAME_HINT_CHANNEL, type FrameHint } from '@keelson/contracts';
import { Redis } from 'ioredis';

/** Takes committed frames to the gateways over Redis. Without Redis it does nothing: gateways then read Postgres. */
export class RedisFrameSender {
  readonly #redis: Redis;

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: 1_000,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
    });
    // The next attempt is under way, and a frame that is lost is read from Postgres.
    this.#redis.on('error', () => undefined);
  }

  /** Fire and forget. */
  send(teamId: string, frames: readonly EventFrame[]): void {
    const hint: FrameHint = { teamId, frames };
    this.#redis.publish(FRAME_HINT_CHANNEL, JSON.stringify(hint)).catch(() => undefined);
  }

  /** Throws when Redis does not answer. */
  async ping(): Promise<void> {
    await this.#redis.ping();
  }

  close(): void {
    this.#redis.disconnect();
  }
}
