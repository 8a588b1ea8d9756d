import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { alpacaSdk, runOracle, type SeenStep } from './support/alpaca-sdk.ts';
import { alpacaVenue, type AlpacaVenue } from './support/alpaca-venue.ts';

const sdk = await alpacaSdk();
if ('missing' in sdk) process.stderr.write(`Skipped: alpaca-py does not drive the emulator, since ${sdk.missing}\n`);

/** The emulator judged by somebody else: the vendor's own client, and its models for every answer and event. */
(('python' in sdk ? describe : describe.skip) as typeof describe)('alpaca-py drives the emulator', () => {
  let venue: AlpacaVenue;
  let steps: SeenStep[] = [];
  const seen = (step: string): SeenStep | undefined => steps.find((one) => one.step === step);

  beforeAll(async () => {
    // The SDK looks again every few milliseconds; the allowance has a test of its own.
    venue = await alpacaVenue({ requestsPerMinute: 100_000 });
    const { emulator } = venue;
    steps = await runOracle('python' in sdk ? sdk.python : '', emulator, async (step) => {
      if (step === 'stream') while (emulator.listeners === 0) await sleep(10);
      else emulator.weather.next({ does: { kind: 'answer', status: 429 } });
    });
  }, 120_000);
  afterAll(() => venue.close());

  it('submits, and sees the fill by query and by stream', () => {
    expect(seen('market')).toEqual({
      step: 'market',
      answered: 'pending_new',
      filled: '3',
      price: '100',
      events: ['pending_new', 'new', 'fill'],
    });
  });

  it('replaces an order by a new one with an id of its own, and cancels that', () => {
    expect(seen('replace')).toMatchObject({
      quantity: '5',
      price: '91',
      old: ['pending_new', 'new', 'pending_replace', 'replaced'],
      new: ['pending_new', 'new', 'pending_cancel', 'canceled'],
      again: { status: 422, code: 42_210_000 },
    });
  });

  it('cancels all orders of every type', () => {
    expect(seen('cancel_all')).toMatchObject({
      open: ['sdk-a', 'sdk-b', 'sdk-c', 'sdk-d'],
      statuses: [200, 200, 200, 200],
    });
  });

  it('reads account, positions and executions', () => {
    expect(seen('books')).toMatchObject({
      cash: '999650',
      currency: 'USD',
      positions: { AAPL: '3', BTCUSD: '0.5' },
      side: 'long',
      fills: [
        { symbol: 'AAPL', qty: 3, cum: 3, type: 'fill' },
        { symbol: 'BTC/USD', qty: 0.5, cum: 0.5, type: 'fill' },
      ],
    });
  });

  it('understands refusals by their codes, and waits out a 429', () => {
    expect(seen('refusals')).toMatchObject({
      duplicate: { status: 422, code: 40_010_001, message: 'client_order_id must be unique' },
      funds: { status: 403, code: 40_310_000 },
      asset: { status: 422, code: 42_210_000 },
      absent: { status: 404, code: 40_410_000 },
      keys: { status: 401, code: 40_110_000 },
    });
    expect(seen('limited')).toEqual({ step: 'limited', number: 'PA0000000001' });
  });
});
