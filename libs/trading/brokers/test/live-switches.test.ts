import { describe, expect, it } from '@jest/globals';
import { LoopbackBroker } from '../src/adapters/loopback/loopback.ts';
import { refusalOf } from '../src/refusal.ts';

const MARKET = { type: 'market', timeInForce: 'day' } as const;
const { capabilities } = new LoopbackBroker();
const live = { name: 'real', capabilities: { ...capabilities, live: true } };

describe('a venue that trades real money', () => {
  it('gets nothing while the environment has LIVE_TRADING off', () => {
    expect(refusalOf(live, MARKET, { liveTrading: false })).toContain('LIVE_TRADING');
    expect(refusalOf(live, MARKET, { liveTrading: true })).toBeUndefined();
  });

  it('is not told apart by the switch from a simulated one, which needs none', () => {
    expect(refusalOf(new LoopbackBroker(), MARKET, { liveTrading: false })).toBeUndefined();
  });
});

describe('an order that a venue does not take', () => {
  it('is refused before anything is sent, and says what is missing', () => {
    const loopback = new LoopbackBroker();
    const limit = { type: 'limit', timeInForce: 'day', limitPrice: '1' } as const;
    expect(refusalOf(loopback, limit, { liveTrading: false })).toBe('not sent: loopback takes no limit orders');
    const days = { name: 'days', capabilities: { ...capabilities, timesInForce: ['day'] as const } };
    const gtc = { type: 'market', timeInForce: 'gtc' } as const;
    expect(refusalOf(days, gtc, { liveTrading: false })).toBe('not sent: days takes no gtc orders');
  });
});
