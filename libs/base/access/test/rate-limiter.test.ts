import { describe, expect, it } from '@jest/globals';
import { RateLimiter, userBucket, webhookBucket } from '../src/rate-limiter.ts';
import type { AccessRefused } from '../src/refusal.ts';
import type { WebhookKey } from '../src/webhook-keys.ts';

const webhookKey: WebhookKey = {
  webhookKeyId: '01890a5d-ac96-774b-bcce-b302099a8057',
  teamId: '01890a5d-ac96-774b-bcce-b302099a8058',
  accountId: '01890a5d-ac96-774b-bcce-b302099a8059',
  strategy: 'demo',
  rateLimitPerMinute: 3,
  burst: 2,
};

/** Admits until the first refusal, at most `most` times. */
async function admitted(limiter: RateLimiter, bucket: ReturnType<typeof webhookBucket>, most = 20) {
  for (let count = 0; count < most; count += 1) {
    try {
      await limiter.admit(bucket);
    } catch (refusal) {
      return { count, refusal: refusal as AccessRefused };
    }
  }
  return { count: most, refusal: undefined };
}

describe('RateLimiter in one process', () => {
  it('admits the rate and the burst, then refuses with what the caller needs to wait', async () => {
    const { count, refusal } = await admitted(new RateLimiter(), webhookBucket(webhookKey));
    expect(count).toBe(5);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', reason: 'rate-limited' });
    expect(Number(refusal?.headers['retry-after'])).toBeGreaterThan(50);
    expect(refusal?.headers['x-ratelimit-remaining']).toBe('0');
  });

  it('tells limit, remaining and reset with each answer', async () => {
    const limiter = new RateLimiter();
    const bucket = userBucket('read', 'user-1', '200 per minute');
    await limiter.admit(bucket);
    const headers = await limiter.admit(bucket);
    expect(headers).toMatchObject({ 'x-ratelimit-limit': '200', 'x-ratelimit-remaining': '198' });
    const seconds = Number(headers['x-ratelimit-reset']) - Date.now() / 1_000;
    expect(seconds).toBeGreaterThan(55);
    expect(seconds).toBeLessThan(62);
  });

  it('counts users, and reads and writes, apart', async () => {
    const limiter = new RateLimiter();
    expect((await admitted(limiter, userBucket('write', 'a', '2 per minute'))).count).toBe(2);
    expect((await admitted(limiter, userBucket('write', 'b', '2 per minute'))).count).toBe(2);
    expect((await admitted(limiter, userBucket('read', 'a', '2 per minute'))).count).toBe(2);
  });

  it('does not limit a key without a limit', async () => {
    const bucket = webhookBucket({ ...webhookKey, rateLimitPerMinute: null });
    expect(bucket).toBeUndefined();
    expect(await new RateLimiter().admit(bucket)).toEqual({});
  });
});

describe('RateLimiter while Redis is away', () => {
  it('limits in memory instead of letting everything through, without delay, and says so once', async () => {
    const told: Error[] = [];
    const limiter = new RateLimiter({ redisUrl: 'redis://127.0.0.1:1', onFallback: (error) => told.push(error) });
    const startedAt = performance.now();
    expect((await admitted(limiter, webhookBucket(webhookKey))).count).toBe(5);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(told).toHaveLength(1);
    await limiter.close();
  });
});
