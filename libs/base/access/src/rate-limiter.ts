import { perSecond, type Rate } from '@keelson/kernel';
import type { Redis } from 'ioredis';
import type { BurstyRateLimiter, RateLimiterRedis } from 'rate-limiter-flexible';
import { AccessRefused } from './refusal.ts';
import type { WebhookKey } from './webhook-keys.ts';

/** One counted thing: what kind, whose, how often. */
export interface Bucket {
  /** First part of the Redis key: `ratelimit:{category}:{identifier}`. */
  readonly category: 'webhook' | 'read' | 'write';
  readonly identifier: string;
  /** Requests in each minute. */
  readonly perMinute: number;
  /** Further requests in each ten minutes, used up only above the rate. */
  readonly burst: number;
}

/** The bucket of a webhook key, or undefined when the key has no limit. */
export function webhookBucket(key: WebhookKey): Bucket | undefined {
  if (key.rateLimitPerMinute === null) return undefined;
  const { webhookKeyId: identifier, rateLimitPerMinute: perMinute } = key;
  return { category: 'webhook', identifier, perMinute, burst: key.burst ?? 0 };
}

/** The bucket of a user's reads or writes. */
export function userBucket(category: 'read' | 'write', userId: string, rate: Rate): Bucket {
  return { category, identifier: userId, perMinute: Math.round(perSecond(rate) * 60), burst: 0 };
}

export interface RateLimiterSettings {
  /** Where counts are shared between instances; in this process alone when absent. */
  readonly redisUrl?: string | undefined;
  /** Told when Redis stops answering and counting goes on in memory, once per outage. */
  readonly onFallback?: ((error: Error) => void) | undefined;
}

/** The library's result, of a request let through or not. */
interface Consumed {
  readonly remainingPoints: number;
  readonly msBeforeNext: number;
}

/** Headers of INF-SEC-004. */
export type RateLimitHeaders = Readonly<Record<string, string>>;

const WINDOW_SECONDS = 60;
const BURST_WINDOW_SECONDS = 600;
const CONNECT_MS = 250;
const COMMAND_MS = 100;

function headersOf(bucket: Bucket, result: Consumed): RateLimitHeaders {
  return {
    'x-ratelimit-limit': String(bucket.perMinute),
    'x-ratelimit-remaining': String(Math.max(result.remainingPoints, 0)),
    'x-ratelimit-reset': String(Math.ceil((Date.now() + result.msBeforeNext) / 1_000)),
  };
}

/**
 * Counts requests per minute plus a burst, in Redis, so that all instances share one count. While Redis is away each
 * instance counts for itself: the limit gets looser by the number of instances, never open. Nothing is loaded, connected
 * or asked until the first bucket comes: without limits Redis hears nothing of it.
 */
export class RateLimiter {
  readonly #settings: RateLimiterSettings;
  readonly #limiters = new Map<string, BurstyRateLimiter | RateLimiterRedis>();
  #redis: Promise<Redis | undefined> | undefined;
  #fallenBack = false;
  #closing = false;

  constructor(settings: RateLimiterSettings = {}) {
    this.#settings = settings;
  }

  /**
   * Counts one request. Resolves with the headers to answer with; throws AccessRefused (RATE_LIMITED, with Retry-After)
   * when the bucket is used up. No bucket means no limit and costs nothing.
   */
  async admit(bucket: Bucket | undefined): Promise<RateLimitHeaders> {
    if (!bucket) return {};
    const limiter = await this.#limiterFor(bucket);
    try {
      return headersOf(bucket, await limiter.consume(bucket.identifier));
    } catch (result) {
      // The library rejects with its result when the bucket is used up, and with an Error only when it has no fallback.
      if (result instanceof Error) throw result;
      throw this.#refusal(bucket, result as Consumed);
    }
  }

  async close(): Promise<void> {
    this.#closing = true;
    const redis = await this.#redis;
    redis?.disconnect();
  }

  #refusal(bucket: Bucket, result: Consumed): AccessRefused {
    const retryAfter = String(Math.max(1, Math.ceil(result.msBeforeNext / 1_000)));
    const message = `More than ${bucket.perMinute} requests a minute; try again in ${retryAfter} s`;
    const headers = { ...headersOf(bucket, result), 'retry-after': retryAfter };
    return new AccessRefused('RATE_LIMITED', 'rate-limited', message, headers);
  }

  /** One limiter per category and size, shared by all identifiers. */
  async #limiterFor(bucket: Bucket): Promise<Pick<RateLimiterRedis, 'consume'>> {
    const name = `${bucket.category}/${bucket.perMinute}/${bucket.burst}`;
    const existing = this.#limiters.get(name);
    if (existing) return existing;
    const library = await import('rate-limiter-flexible');
    const redis = await (this.#redis ??= this.#connect());
    const make = (keyPrefix: string, points: number, duration: number) => {
      const memory = new library.RateLimiterMemory({ keyPrefix, points, duration });
      if (!redis) return memory;
      const shared = { storeClient: redis, rejectIfRedisNotReady: true, insuranceLimiter: memory };
      return new library.RateLimiterRedis({ ...shared, keyPrefix, points, duration });
    };
    const prefix = `ratelimit:${bucket.category}`;
    const base = make(prefix, bucket.perMinute, WINDOW_SECONDS);
    const made =
      bucket.burst > 0
        ? new library.BurstyRateLimiter(base, make(`${prefix}-burst`, bucket.burst, BURST_WINDOW_SECONDS))
        : base;
    this.#limiters.set(name, made as RateLimiterRedis);
    return made as Pick<RateLimiterRedis, 'consume'>;
  }

  async #connect(): Promise<Redis | undefined> {
    if (!this.#settings.redisUrl) return undefined;
    const { Redis: Client } = await import('ioredis');
    const redis = new Client(this.#settings.redisUrl, {
      // A count that cannot be had at once is made in memory; it must not hold up a webhook.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_MS,
      connectTimeout: 1_000,
      disconnectTimeout: 100,
      retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
    });
    const lost = (error: Error) => {
      if (!this.#fallenBack && !this.#closing) this.#settings.onFallback?.(error);
      this.#fallenBack = true;
    };
    redis.on('error', lost);
    redis.on('close', () => lost(new Error('The connection to Redis ended')));
    redis.on('ready', () => {
      this.#fallenBack = false;
    });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CONNECT_MS);
      const decided = () => {
        clearTimeout(timer);
        resolve();
      };
      redis.once('ready', decided).once('error', decided);
    });
    return redis;
  }
}
