import type { Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';
import { BoundedCache } from './bounded-cache.ts';
import { isWebhookKey, webhookKeySha256 } from './webhook-key.ts';

/** Whom a webhook key speaks for. */
export interface WebhookKey {
  readonly webhookKeyId: Id;
  readonly teamId: Id;
  readonly accountId: Id;
  readonly strategy: string;
  /** Sustained requests a minute; null means no limit. */
  readonly rateLimitPerMinute: number | null;
  /** Requests above the rate that are let through now and then. */
  readonly burst: number | null;
}

interface Row {
  readonly webhook_key_id: Id;
  readonly team_id: Id;
  readonly account_id: Id;
  readonly strategy: string;
  readonly rate_limit_per_minute: number | null;
  readonly burst: number | null;
}

/** The one SECURITY DEFINER way from a key to its team: nothing else may read keys before a team is known. */
const RESOLVE = sql(
  'access.resolve_webhook_key',
  `select webhook_key_id, team_id, account_id, strategy, rate_limit_per_minute, burst
     from keelson.resolve_webhook_key($1::text, $2::bytea)`,
);

const CACHED_KEYS = 10_000;
/** So long after its revocation a key may still be accepted by a process that has just used it. */
const CACHED_FOR_MS = 5_000;

function keyFrom(row: Row): WebhookKey {
  return {
    webhookKeyId: row.webhook_key_id,
    teamId: row.team_id,
    accountId: row.account_id,
    strategy: row.strategy,
    rateLimitPerMinute: row.rate_limit_per_minute,
    burst: row.burst,
  };
}

/**
 * Finds whom a webhook key speaks for. A hit is kept for five seconds, which spares the hot path a round trip per signal;
 * a miss is never kept, so a new key works at once. Requests that come together share one look-up.
 */
export class WebhookKeys {
  readonly #database: Database;
  readonly #known = new BoundedCache<WebhookKey>(CACHED_KEYS);
  readonly #underway = new Map<string, Promise<WebhookKey | undefined>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * The key's owner, or undefined when the key is unknown, revoked, malformed or belongs to another path.
   * Throws when Postgres cannot be asked.
   */
  async resolve({ key, pathId }: { key: string; pathId?: string | undefined }): Promise<WebhookKey | undefined> {
    if (!isWebhookKey(key)) return undefined;
    const sha256 = webhookKeySha256(key);
    const cacheKey = `${sha256.toString('base64url')}/${pathId ?? ''}`;
    const known = this.#known.get(cacheKey, performance.now());
    if (known) return known;
    const underway = this.#underway.get(cacheKey);
    if (underway) return underway;
    const lookUp = this.#lookUp(sha256, pathId, cacheKey).finally(() => this.#underway.delete(cacheKey));
    this.#underway.set(cacheKey, lookUp);
    return lookUp;
  }

  async #lookUp(sha256: Buffer, pathId: string | undefined, cacheKey: string): Promise<WebhookKey | undefined> {
    // Measured from before the question: the answer may be as old as that.
    const askedAt = performance.now();
    const [row] = await this.#database.platform((tx) => tx.query<Row>(RESOLVE, [pathId ?? null, sha256]));
    if (!row) return undefined;
    const found = keyFrom(row);
    this.#known.set(cacheKey, found, askedAt + CACHED_FOR_MS);
    return found;
  }
}
