import { describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { judgeErrors, judgeLoss, judgeQuote, judgeRate, judgeSilence } from '../../src/watch/rules.ts';

const teamId = newId();
const accountId = newId();

describe('rules of the watch, at their bounds', () => {
  it('runaway: above three times the limit a second, or what the team says instead', () => {
    const rate = { teamId, strategy: 'momentum', perSecond: '10', factor: null };
    expect(judgeRate({ ...rate, received: 30 })).toBeUndefined();
    expect(judgeRate({ ...rate, received: 31 })).toMatchObject({
      ...{ origin: 'runaway', scope: { kind: 'strategy', teamId, strategy: 'momentum' } },
      reason: 'runaway: 31 signals in a second, its limit is 10',
    });
    expect(judgeRate({ ...rate, received: 31, factor: '5' })).toBeUndefined();
  });

  it('error rate: enough failures, and at least half of what was placed', () => {
    const errors = { teamId, accountId, atLeast: null };
    expect(judgeErrors({ ...errors, failed: 99, placed: 99 })).toBeUndefined();
    expect(judgeErrors({ ...errors, failed: 100, placed: 201 })).toBeUndefined();
    expect(judgeErrors({ ...errors, failed: 100, placed: 200 })).toMatchObject({
      scope: { kind: 'account', accountId },
    });
    expect(judgeErrors({ ...errors, failed: 3, placed: 4, atLeast: '3' })).toMatchObject({ origin: 'error_rate' });
  });

  it('daily loss: from the limit on, and where no equity is known that it could be a share of', () => {
    const lost = (amount: string) => {
      const day = {
        account_currency: 'USD',
        day_results: [['USD', `-${amount}`]] as const,
        rates: null,
        now: new Date(),
      };
      return { teamId, accountId, day, maxPriceAgeSeconds: null, equity: '100000', limitPercent: '3' };
    };
    expect(judgeLoss(lost('2999.99'))).toBeUndefined();
    expect(judgeLoss(lost('3000'))).toMatchObject({
      reason: 'daily loss: 3000 is 3 % of the equity, the limit is 3 %',
    });
    expect(judgeLoss({ ...lost('1'), equity: '0' })).toMatchObject({ origin: 'daily_loss' });
    expect(judgeLoss({ ...lost('1'), equity: null })).toMatchObject({ origin: 'daily_loss' });
  });

  it('daily loss: by a rate three times as old as an order may have, and of any weekend', () => {
    const lost = (now: string, quotedAt: string, maxPriceAgeSeconds: string | null) => {
      const rates = { EUR: ['1.1', quotedAt] } as const;
      const day = { account_currency: 'USD', day_results: [['EUR', '-1']] as const, rates, now: new Date(now) };
      return judgeLoss({ teamId, accountId, day, maxPriceAgeSeconds, equity: '100000', limitPercent: '3' });
    };
    const wednesday = '2026-11-18T15:00:00Z';
    expect(lost(wednesday, '2026-11-18T14:15:00Z', null)).toBeUndefined();
    expect(lost(wednesday, '2026-11-18T14:14:59Z', null)).toMatchObject({
      reason: 'daily loss: unknown, as EUR has no fresh rate to USD; without it 0, the limit is 3 %',
    });
    expect(lost(wednesday, '2026-11-18T14:59:30Z', '10')).toBeUndefined();
    expect(lost(wednesday, '2026-11-18T14:59:29Z', '10')).toMatchObject({ origin: 'daily_loss' });
    const sunday = '2026-11-22T15:00:00Z';
    expect(lost(sunday, '2026-11-20T21:59:00Z', '10')).toBeUndefined();
    expect(lost(sunday, '2026-11-18T14:00:00Z', '10')).toMatchObject({ origin: 'daily_loss' });
  });

  it('stale feed: while the market trades, and no price came for three times as long as it may be old', () => {
    const quote = { teamId, symbol: 'ES', limitSeconds: '5', factor: null, marketOpen: true };
    expect(judgeQuote({ ...quote, ageSeconds: '15' })).toBeUndefined();
    expect(judgeQuote({ ...quote, ageSeconds: '15.1' })).toMatchObject({ scope: { kind: 'symbol', symbol: 'ES' } });
    expect(judgeQuote({ ...quote, ageSeconds: null })).toMatchObject({ origin: 'stale_feed' });
    expect(judgeQuote({ ...quote, ageSeconds: null, marketOpen: false })).toBeUndefined();
  });

  it('dead man: past its time, with the options it was armed with', () => {
    const scope = { kind: 'team', teamId } as const;
    const silence = { name: 'desk', scope, withinMs: 1_000, cancelAll: true, flatten: false };
    expect(judgeSilence({ ...silence, silentMs: 1_000 })).toBeUndefined();
    expect(judgeSilence({ ...silence, silentMs: 1_001 })).toMatchObject({ origin: 'dead_man', scope, cancelAll: true });
  });
});
