import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { EventFrame } from '@keelson/contracts';
import { Decimal } from '@keelson/kernel';
import { FrameCollector } from '../../src/crash/frame-collector.ts';
import { type Evidence, judge } from '../../src/crash/verdict.ts';
import { logEnds, venueOrders } from '../../src/crash/venue-log.ts';
import { temporaryFolder } from '../fixture/keelson.ts';

const one = new Decimal(1);

/** Two signals, all well. */
function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    accepted: ['a', 'b'].map((signalId) => ({ signalId, sentAt: 1_000, acceptedMs: 2 })),
    endings: new Map([
      ['a', { event: 'order.filled', clientOrderId: 'A', arrivedAt: 1_010 }],
      ['b', { event: 'order.filled', clientOrderId: 'B', arrivedAt: 1_700 }],
    ]),
    doubledFrames: 0,
    missedFrames: 0,
    venue: new Map(['A', 'B'].map((id) => [id, { orders: 1, fills: 1, filled: one }])),
    booked: new Map(['A', 'B'].map((id) => [id, { fills: 1, filled: one }])),
    ledger: { USD: '0' },
    ...changes,
  };
}

describe('judge', () => {
  it('is content when everything adds up', () => {
    expect(judge(evidence())).toMatchObject({
      accepted: 2,
      outcomes: { 'order.filled': 2 },
      orders_at_venue: 2,
      fills_booked: 2,
      lost: 0,
      doubled: 0,
      slowest_ms: 700,
      sound: true,
    });
  });

  it.each<[string, Partial<Evidence>, object]>([
    ['a signal without an outcome', { endings: new Map([...evidence().endings].slice(0, 1)) }, { lost: 1 }],
    [
      'a fill that was not booked',
      {
        booked: new Map([
          ['A', { fills: 1, filled: one }],
          ['B', { fills: 0, filled: new Decimal(0) }],
        ]),
      },
      { lost: 1 },
    ],
    [
      'two orders under one id',
      { venue: new Map([...evidence().venue, ['B', { orders: 2, fills: 1, filled: one }]]) },
      { doubled: 1 },
    ],
    [
      'an order that we know nothing of',
      { venue: new Map([...evidence().venue, ['C', { orders: 1, fills: 0, filled: new Decimal(0) }]]) },
      { doubled: 1 },
    ],
    [
      'a fill booked twice',
      { booked: new Map([...evidence().booked, ['B', { fills: 2, filled: new Decimal(2) }]]) },
      { doubled: 1 },
    ],
    ['a second outcome', { doubledFrames: 1 }, { doubled: 1 }],
    ['a missed frame', { missedFrames: 1 }, { missed_frames: 1 }],
    ['a ledger that does not balance', { ledger: { USD: '0.01' } }, {}],
  ])('finds %s', (_what, change, expected) => {
    expect(judge(evidence(change))).toMatchObject({ ...expected, sound: false });
  });

  it('does not count the orders of somebody who sends at the same time', () => {
    const venue = new Map([...evidence().venue, ['C', { orders: 1, fills: 1, filled: one }]]);
    const booked = new Map([...evidence().booked, ['C', { fills: 1, filled: one }]]);
    expect(judge(evidence({ venue, booked }))).toMatchObject({ orders_at_venue: 2, sound: true });
  });
});

describe('FrameCollector', () => {
  const frame = (offset: number, event: string, signal: string) =>
    ({
      type: 'event',
      channel: 'orders',
      offset,
      epoch: 'e',
      event,
      data: { signal_id: signal, at: '', client_order_id: 'A' },
    }) as EventFrame;

  it('counts holes between offsets, second endings, and only terminal events as endings', () => {
    const collector = new FrameCollector();
    const frames: [number, string, string][] = [
      [5, 'order.partially_filled', 'a'],
      [6, 'order.filled', 'a'],
      [9, 'order.filled', 'b'],
      [10, 'order.cancelled', 'b'],
    ];
    for (const [offset, event, signal] of frames) collector.take(frame(offset, event, signal));
    expect(collector.missed).toBe(2);
    expect(collector.doubled).toBe(1);
    expect([...collector.endings].map(([signal, { event }]) => [signal, event])).toEqual([
      ['a', 'order.filled'],
      ['b', 'order.filled'],
    ]);
  });
});

describe('venueOrders', () => {
  it('reads what the venue wrote after a moment, and nothing from before', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'venue.jsonl');
    const order = (id: string, outcome = 'accepted') =>
      `${JSON.stringify({ kind: 'order', outcome, client_order_id: id })}\n`;
    const fill = (id: string, quantity: string) =>
      `${JSON.stringify({ kind: 'event', type: 'filled', client_order_id: id, quantity })}\n`;
    writeFileSync(file, order('old') + fill('old', '1'));
    const ends = logEnds(folder.path);
    appendFileSync(file, order('new') + fill('new', '1') + fill('new', '2.5') + order('refused', 'rejected'));
    const found = await venueOrders(folder.path, ends);
    expect([...found.keys()]).toEqual(['new']);
    expect(found.get('new')).toEqual({ orders: 1, fills: 2, filled: new Decimal('3.5') });
    folder.remove();
  });
});
