import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { BoundedCache } from '../src/bounded-cache.ts';
import { generateWebhookKey, isWebhookKey, webhookKeySha256 } from '../src/webhook-key.ts';

describe('webhook keys', () => {
  it('are kw_ and 43 characters of 256 random bits, stored as their SHA-256', () => {
    const { key, pathId, keySha256 } = generateWebhookKey();
    expect(key).toMatch(/^kw_[A-Za-z0-9_-]{43}$/);
    expect(pathId).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(keySha256).toEqual(createHash('sha256').update(key).digest());
    expect(webhookKeySha256(key)).toEqual(keySha256);
    expect(generateWebhookKey().key).not.toBe(key);
  });

  it.each(['', 'kw_', `kw_${'a'.repeat(42)}`, `kw_${'a'.repeat(44)}`, `xx_${'a'.repeat(43)}`, `kw_${'a'.repeat(42)}!`])(
    'are not mistaken for %j',
    (text) => {
      expect(isWebhookKey(text)).toBe(false);
    },
  );
});

describe('BoundedCache', () => {
  it('forgets what has ended, and the oldest when it is full', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1, 10);
    expect(cache.get('a', 9)).toBe(1);
    expect(cache.get('a', 10)).toBeUndefined();
    expect(cache.size).toBe(0);
    for (const [index, name] of ['b', 'c', 'd'].entries()) cache.set(name, index, 100);
    expect(cache.size).toBe(2);
    expect(cache.get('b', 0)).toBeUndefined();
    expect(cache.get('d', 0)).toBe(2);
  });
});
