import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { consumersOf } from '@keelson/contracts';
import { type Scope, setTradingState } from '@keelson/risk';
import { announce } from '@keelson/stream';
import { World } from './support/world.ts';

const NASDAQ = { fields: { ticker: 'CME_MINI:NQ1!', price: '21000' } };

interface Denied {
  readonly verdict: unknown;
  readonly event: unknown;
  readonly told: string;
}

describe('what waits under a halt', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.database.admin(
      `insert into keelson.instruments
       select (jsonb_populate_record(i, '{"symbol": "NQ"}')).* from keelson.instruments i where symbol = 'ES'`,
    );
    await world.database.admin(`insert into keelson.instrument_aliases values ('CME_MINI:NQ1!', 'NQ')`);
  }, 60_000);
  afterAll(() => world.close());

  const es = (): Scope => ({ kind: 'symbol', teamId: world.team.teamId, symbol: 'ES' });
  const set = (to: 'HALTED' | 'ACTIVE') =>
    setTradingState(world.database.db, { scope: es(), to, reason: 'a test', actor: 'tester' }, announce);
  afterEach(() => set('ACTIVE'));

  /** Without wake-ups, as after a flood: only the sweep finds what waits. */
  const workOff = async (atLeastSignals: number): Promise<number> => {
    const running = await world.run({ carrier: 'sweep' });
    const before = running.database.counters.commits;
    const audit = await world.settled(60_000);
    const commits = running.database.counters.commits - before;
    expect(running.errors).toEqual([]);
    await running.stop();
    expect(audit).toMatchObject({ signalsWithoutEnd: 0, signalsWithSeveralEnds: 0, channelsWithHoles: 0 });
    expect(audit.signals).toBeGreaterThanOrEqual(atLeastSignals);
    return commits;
  };
  const denied = async (signalId: string): Promise<Denied> => {
    const [row] = await world.database.admin<Denied & Record<string, unknown>>(
      `select to_jsonb(v) - array['signal_id', 'decided_at'] as verdict, e.event as told,
              e.data - array['signal_id', 'at', 'steps'] as event
         from keelson.verdicts v join keelson.stream_events e using (signal_id) where signal_id = $1`,
      [signalId],
    );
    return row!;
  };

  it('is denied many at a time, with one verdict and one event each, and what is not halted trades', async () => {
    await set('HALTED');
    await Promise.all(Array.from({ length: 400 }, () => world.accept()));
    const traded = await Promise.all(Array.from({ length: 5 }, () => world.accept(NASDAQ)));
    const commits = await workOff(405);
    const audit = await world.audit();
    expect(audit.ended).toEqual({ 'order.denied': 400, 'order.filled': 5 });
    expect(audit).toMatchObject({ ordersAtVenue: 5, doubledOrStrangeAtVenue: 0, waitingInOutbox: 0, reserved: 0 });
    const steps = await world.database.admin<{ steps: Record<string, string> }>(
      `select data -> 'steps' as steps from keelson.stream_events where event = 'order.denied'`,
    );
    expect(steps.every(({ steps: one }) => one['received_at']! <= one['decided_at']!)).toBe(true);
    expect(traded).toHaveLength(5);
    // One by one, 400 denials alone are 400 commits.
    expect(commits).toBeLessThan(200);
  }, 90_000);

  it('is told the same as one that is decided alone', async () => {
    await set('HALTED');
    const alone = await world.accept();
    await workOff(1);
    const together = await Promise.all(Array.from({ length: 20 }, () => world.accept()));
    await workOff(21);
    const expected = await denied(alone);
    expect(expected.told).toBe('order.denied');
    for (const signalId of together) expect(await denied(signalId)).toEqual(expected);
  }, 90_000);

  it('has nobody else waiting for the denial: whoever is added to them has to be told in bulk too', () => {
    expect(consumersOf('order.denied')).toEqual(['publish']);
  });
});
