import { describe, expect, it } from '@jest/globals';
import type { EventFrame } from '@keelson/contracts';
import { alertBody } from '../../src/flow/alert.ts';
import { curlLine } from '../../src/flow/access.ts';
import { drawHops } from '../../src/flow/draw-journey.ts';
import { hopsOf } from '../../src/flow/journey.ts';
import { createPaint } from '../../src/framework/ui.ts';

const start = Date.parse('2026-11-21T10:00:00.000Z');
const at = (ms: number) => new Date(start + ms).toISOString();

function frame(steps: Record<string, string> | undefined): EventFrame {
  const data = { signal_id: '0199f7d2-3c1b-7e52-9d41-6b1d2f0a9c55', at: at(30), ...(steps ? { steps } : {}) };
  return { type: 'event', channel: 'orders', offset: 1, epoch: 'e', event: 'order.filled', data };
}

describe('hopsOf', () => {
  it('measures from the sender over the stored times to the arrival, without a hole', () => {
    const times = {
      received_at: at(2),
      decided_at: at(5),
      submitted_at: at(6),
      answered_at: at(20),
      booked_at: at(24),
    };
    const hops = hopsOf(frame(times), start, start + 30);
    expect(hops).toEqual([
      { step: 'receive', ms: 2 },
      { step: 'decide', ms: 3 },
      { step: 'place', ms: 1 },
      { step: 'route + listen', ms: 14 },
      { step: 'apply + book', ms: 4 },
      { step: 'publish', ms: 6 },
    ]);
    expect(hops.reduce((sum, hop) => sum + hop.ms, 0)).toBe(30);
  });

  it('skips steps that a denied signal never reached', () => {
    const hops = hopsOf(frame({ received_at: at(2), decided_at: at(5) }), start, start + 7);
    expect(hops.map(({ step }) => step)).toEqual(['receive', 'decide', 'publish']);
  });

  it('never shows time running backwards when stored times were rounded', () => {
    const hops = hopsOf(frame({ received_at: at(0), decided_at: at(3) }), start + 0.7, start + 2.9);
    expect(hops.every(({ ms }) => ms >= 0)).toBe(true);
  });
});

describe('drawHops', () => {
  it('draws each hop where it happened, the longest widest', () => {
    const lines = drawHops(
      [
        { step: 'receive', ms: 1 },
        { step: 'route', ms: 9 },
      ],
      createPaint({ isTTY: false }, {}),
    );
    const width = (line: string) => line.match(/▇/g)?.length ?? 0;
    expect(width(lines[1]!)).toBeGreaterThan(width(lines[0]!));
    expect(lines[1]!.indexOf('▇')).toBeGreaterThan(lines[0]!.indexOf('▇'));
  });
});

describe('what is sent', () => {
  const access = {
    webhook_url: 'http://127.0.0.1:3000/api/v1/webhooks/tradingview',
    webhook_key: 'kw_x',
    token: 't',
    stream_url: 'ws://x',
  };

  it('is an alert as TradingView writes it, with an id of its own each time', () => {
    const alert = { ticker: 'NQ1!', action: 'buy', quantity: '1', price: '2' } as const;
    const [one, two] = [alertBody(access, alert), alertBody(access, alert)].map((body) => JSON.parse(body));
    expect(one).toMatchObject({ key: 'kw_x', ...alert, order_id: expect.any(String), time: expect.any(String) });
    expect(one.id).not.toBe(two.id);
  });

  it('can be pasted into a shell', () => {
    expect(curlLine(access)).toMatch(/^curl -s -H 'content-type: application\/json' -d '\{"key":"kw_x",.*\}' http:/);
  });
});
