import { createHash, randomBytes } from 'node:crypto';

const WEBHOOK_KEY = /^kw_[A-Za-z0-9_-]{43}$/;

/** A new webhook key, shown once to its owner. */
export interface NewWebhookKey {
  /** `kw_` and 256 random bits; the prefix lets secret scanners and our log scrubber know it. */
  readonly key: string;
  /** Opaque and not secret: part of the webhook's address. */
  readonly pathId: string;
  /** What is stored. */
  readonly keySha256: Buffer;
}

export function generateWebhookKey(): NewWebhookKey {
  const key = `kw_${randomBytes(32).toString('base64url')}`;
  return { key, pathId: randomBytes(16).toString('base64url'), keySha256: webhookKeySha256(key) };
}

/** True for text that could be a webhook key. */
export function isWebhookKey(text: string): boolean {
  return WEBHOOK_KEY.test(text);
}

/**
 * What is stored and looked up instead of the key. A plain SHA-256 is right here and bcrypt is not: slow hashes protect
 * guessable passwords, a key has 256 random bits, and every webhook would pay the slowness. It also makes the look-up an
 * index search by digest, whose timing says nothing about the key: near misses have unrelated digests.
 */
export function webhookKeySha256(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
