import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AlertSpec } from '@keelson/catalogue';
import { alerts } from '@keelson/runbooks';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { alertEvaluation, type AlertState, nextStanding } from '../src/schedules/alert-evaluation.ts';
import { addOrder, addWaiting } from './support/rows.ts';

const began = new Date('2026-11-21T10:00:00Z');
const later = (ms: number) => new Date(began.getTime() + ms);

interface Row {
  readonly from: AlertState | undefined;
  readonly above: boolean;
  /** Since it came into the state. */
  readonly afterMs: number;
  readonly forMs: number;
  readonly to: AlertState;
}

describe('where an alert stands next', () => {
  const rows: readonly Row[] = [
    { from: undefined, above: false, afterMs: 0, forMs: 2_000, to: 'inactive' },
    { from: undefined, above: true, afterMs: 0, forMs: 2_000, to: 'pending' },
    { from: undefined, above: true, afterMs: 0, forMs: 0, to: 'firing' },
    { from: 'inactive', above: false, afterMs: 9_000, forMs: 2_000, to: 'inactive' },
    { from: 'inactive', above: true, afterMs: 9_000, forMs: 2_000, to: 'pending' },
    { from: 'inactive', above: true, afterMs: 9_000, forMs: 0, to: 'firing' },
    { from: 'pending', above: true, afterMs: 1_999, forMs: 2_000, to: 'pending' },
    { from: 'pending', above: true, afterMs: 2_000, forMs: 2_000, to: 'firing' },
    { from: 'pending', above: false, afterMs: 5_000, forMs: 2_000, to: 'inactive' },
    { from: 'firing', above: true, afterMs: 1, forMs: 2_000, to: 'firing' },
    { from: 'firing', above: true, afterMs: 3_600_000, forMs: 2_000, to: 'firing' },
    { from: 'firing', above: false, afterMs: 1, forMs: 2_000, to: 'inactive' },
  ];
  it.each(rows)('$from, above $above for $afterMs of $forMs ms → $to', ({ from, above, afterMs, forMs, to }) => {
    const before = from && { state: from, since: began };
    const now = later(afterMs);
    const next = nextStanding(before, above, now, forMs);
    expect(next.state).toBe(to);
    // A state keeps the time at which it began.
    expect(next.since).toEqual(from === to ? began : now);
  });
});

describe('the evaluation of alerts', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
  });
  afterEach(() => database.admin('truncate keelson.outbox, keelson.alerts, keelson.notifications'));
  afterAll(() => database.close());

  /** One look at the real alerts; the states by name. */
  async function look(list: readonly AlertSpec[] = alerts): Promise<Record<string, AlertState>> {
    await alertEvaluation(database.db, list, ['one', 'other'])();
    const rows = await database.admin<{ alert: string; state: AlertState }>('select alert, state from keelson.alerts');
    return Object.fromEntries(rows.map(({ alert, state }) => [alert, state]));
  }

  /** As if the states had begun earlier: nobody waits in this test. */
  const passes = (seconds: number) =>
    database.admin(`update keelson.alerts set since = since - $1 * interval '1 second'`, [seconds]);

  it('fires on a message that waits, and clears at the first look after it is gone', async () => {
    const calm = Object.fromEntries(alerts.map(({ name }) => [name, 'inactive']));
    expect(await look()).toEqual(calm);
    await addWaiting(database, team, { ageSeconds: 30 });
    expect((await look())['SignalBacklogGrowing']).toBe('pending');
    expect((await look())['SignalBacklogGrowing']).toBe('pending');
    await passes(10);
    expect(await look()).toEqual({ ...calm, SignalBacklogGrowing: 'firing' });
    const [row] = await database.admin<{ state: string; value: string; age: number }>(
      `select state, value, extract(epoch from now() - since)::float8 as age from keelson.alerts where alert = 'SignalBacklogGrowing'`,
    );
    expect(row).toMatchObject({ state: 'firing' });
    expect(Number(row!.value)).toBeGreaterThanOrEqual(30);
    expect(row!.age).toBeLessThan(5);
    await database.admin('delete from keelson.outbox');
    expect((await look())['SignalBacklogGrowing']).toBe('inactive');
  });

  it('fires on exposure that nothing open stands for', async () => {
    const reserve = (amount: number) =>
      database.admin('update keelson.exposures set reserved = reserved + $2 where account_id = $1', [
        team.accountId,
        amount,
      ]);
    await reserve(5);
    expect((await look())['ExposureDrift']).toBe('pending');
    await passes(10);
    expect((await look())['ExposureDrift']).toBe('firing');
    await reserve(-5);
    expect((await look())['ExposureDrift']).toBe('inactive');
  });

  it('fires on an order without an answer', async () => {
    await addOrder(database, team, { status: 'submitted', pastDeadlineSeconds: 5 });
    expect((await look())['OrderStuckSubmitted']).toBe('pending');
    await passes(10);
    expect((await look())['OrderStuckSubmitted']).toBe('firing');
  });

  it('has a source for the metric of every alert, and says which one it lacks', async () => {
    await expect(look()).resolves.toHaveProperty(alerts[0]!.name);
    const blind: AlertSpec = { ...alerts[0]!, name: 'Blind', metric: 'keelson_stream_connections' };
    await expect(look([blind])).rejects.toThrow('Alert Blind looks at keelson_stream_connections');
  });

  it('leaves to each channel, once, that an alert fires, with its page, and that it cleared', async () => {
    const told = () =>
      database.admin(
        `select channel, subject, body->>'state' as state, body->>'runbook' as page from keelson.notifications
          where body->>'alert' = 'SignalBacklogGrowing' order by created_at, channel`,
      );
    await addWaiting(database, team, { ageSeconds: 30 });
    await look();
    expect(await told()).toEqual([]);
    await passes(10);
    await look();
    await look();
    const { summary } = alerts.find(({ name }) => name === 'SignalBacklogGrowing')!;
    const fires = { subject: `Alert: ${summary}`, state: 'firing', page: 'runbooks/signals/SignalBacklogGrowing.md' };
    expect(await told()).toMatchObject([
      { channel: 'one', ...fires },
      { channel: 'other', ...fires },
    ]);
    await database.admin('delete from keelson.outbox');
    await look();
    await look();
    expect(await told()).toHaveLength(4);
    expect((await told())[2]).toEqual({ channel: 'one', subject: 'Alert cleared', state: 'cleared', page: null });
  });
});
