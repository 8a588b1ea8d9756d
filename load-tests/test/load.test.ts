import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { alertBody, alertOf } from '../src/lib/alerts.ts';
import { sendsOf, shapeFrom } from '../src/lib/load-shape.ts';
import { Tally } from '../src/lib/tally.ts';
import { type Targets, thresholdsOf } from '../src/lib/targets.ts';

const shape = { ratePerSecond: 100, seconds: 3, warmUpSeconds: 1 };

describe('sendsOf', () => {
  it('plans an even pace over all teams, each signal once', () => {
    const all = Array.from({ length: 20 }, (_, team) => sendsOf(shape, team, 20)).flat();
    const due = all.map(({ dueMs }) => dueMs).sort((left, right) => left - right);
    expect(all).toHaveLength(400);
    expect(new Set(all.map(({ index }) => index)).size).toBe(400);
    expect(due.every((at, index) => at === index * 10)).toBe(true);
  });

  it('counts what is due after the warm-up', () => {
    const counted = sendsOf(shape, 0, 1).filter((send) => send.counted);
    expect(counted).toHaveLength(300);
    expect(counted[0]?.dueMs).toBe(1_000);
  });

  it('takes the environment over the scenario and refuses nonsense', () => {
    expect(shapeFrom({ RATE: '50' }, shape)).toEqual({ ...shape, ratePerSecond: 50 });
    expect(() => shapeFrom({ SECONDS: 'soon' }, shape)).toThrow(/SECONDS is "soon"/);
  });
});

describe('alertOf', () => {
  it('is the same for the same seed, another for another one, and never of one unit', () => {
    const of = (seed: number) => Array.from({ length: 200 }, (_, index) => alertOf(seed, index));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1).every(({ quantity }) => Number(quantity) >= 2)).toBe(true);
    expect(new Set(of(1).map(({ action }) => action))).toEqual(new Set(['buy', 'sell']));
  });

  it('makes a body with key and id', () => {
    expect(JSON.parse(alertBody('k', 'run-1', alertOf(1, 0)))).toMatchObject({
      key: 'k',
      id: 'run-1',
      order_id: 'load',
    });
  });
});

describe('Tally', () => {
  const send = { index: 0, dueMs: 0, counted: true };

  it('pairs a frame that came before its answer was read', () => {
    const tally = new Tally();
    const record = tally.sent(send, 100, 101);
    tally.ended('a', 'order.filled', 105);
    tally.accepted(record, 'a', 106);
    expect(record).toMatchObject({ acceptedAt: 106, endedAt: 105, outcome: 'order.filled' });
    expect(tally.unended).toBe(0);
    expect(tally.doubled).toBe(0);
  });

  it('counts a second end, whether the answer was read by then or not', () => {
    const tally = new Tally();
    tally.ended('a', 'order.filled', 1);
    tally.ended('a', 'order.filled', 2);
    tally.accepted(tally.sent(send, 0, 0), 'a', 3);
    tally.ended('a', 'order.filled', 4);
    expect(tally.doubled).toBe(2);
  });

  it('knows what is unended, and what others sent counts for nothing', () => {
    const tally = new Tally();
    tally.accepted(tally.sent(send, 0, 0), 'a', 1);
    tally.ended('of somebody else', 'order.filled', 2);
    expect(tally.unended).toBe(1);
    expect(tally.doubled).toBe(0);
  });

  it('counts offsets that were skipped', () => {
    const tally = new Tally();
    for (const offset of [7, 8, 11, 12]) tally.offset(offset);
    expect(tally.missed).toBe(2);
  });
});

describe('thresholdsOf', () => {
  it("has the objectives' figures of the rendered targets", () => {
    const file = join(import.meta.dirname, '..', 'targets.json');
    const thresholds = thresholdsOf(JSON.parse(readFileSync(file, 'utf8')) as Targets);
    expect(thresholds).toMatchObject({
      webhook_failed: ['rate<0.001'],
      webhook_accepted_ms: ['p(95)<10'],
      signal_failed: ['rate<0.005'],
      signal_frame_ms: ['p(95)<80'],
      signals_doubled: ['count==0'],
    });
  });

  it('loosens latencies where it is told to, and nothing else', () => {
    const objectives = { failed: ['rate<0.005'], duration: ['p(95)<80'] };
    const targets = { thresholds: { 'webhook-availability': objectives, 'pipeline-availability': objectives } };
    expect(thresholdsOf(targets, 5)).toMatchObject({
      signal_failed: ['rate<0.005'],
      signal_frame_ms: ['p(95)<400'],
      signals_doubled: ['count==0'],
    });
  });

  it('says what to do when an objective is gone', () => {
    expect(() => thresholdsOf({ thresholds: {} })).toThrow(/npm run render/);
  });
});
