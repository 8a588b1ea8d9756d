import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@keelson/contracts';
import { quantity } from '@keelson/kernel';
import { sql } from '@keelson/persistence';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase, until } from '@keelson/testkit';
import { Company } from '../src/company.ts';
import { makeDecide } from '../src/decide.ts';
import type { Situation } from '../src/situation.ts';
import { verdictOn } from '../src/verdict.ts';
import { exposureOf, hold, receive } from './support.ts';
import { accountExposure, decimal, limitedBy, situation } from './situations.ts';

/** Decides in order, each in the company of those before it. */
function decideAll(situations: readonly Situation[]): (string | undefined)[] {
  const company = new Company();
  return situations.map((one) => {
    const seen = company.asSeenBy(one);
    const { approved, code } = verdictOn(seen);
    if (approved) company.approve(seen);
    return code;
  });
}

const other = (changes: Partial<Situation>) =>
  situation({ signalId: '01890000-0000-7000-8000-00000000000a', ...changes });

const unlimited = [accountExposure('0', '0', null)];

describe('signals that are decided in one commit', () => {
  it('see what was reserved before them', () => {
    const room = { exposures: [accountExposure('100000', '0', '1100000')] };
    expect(decideAll([situation(room), other(room), other(room)])).toEqual([undefined, undefined, 'exposure']);
  });

  it('reserve by scope: another strategy does not use up the room of this one', () => {
    const limit = { scope: 'strategy:test', held: decimal('0'), reserved: decimal('0'), maximum: decimal('500000') };
    const room = { exposures: [accountExposure('0', '0', '9000000'), limit] };
    const elsewhere = { ...room, strategy: 'another' };
    expect(decideAll([situation(elsewhere), other(room), other(room)])).toEqual([undefined, undefined, 'exposure']);
  });

  it('see what may still be bought and sold', () => {
    const held = { position: decimal('2'), side: 'sell' as const, maySellShort: false, quantity: quantity('2') };
    expect(decideAll([situation(held), other(held)])).toEqual([undefined, 'short_sale']);
  });

  it('count as approvals of their strategy', () => {
    const rate = {
      ...{ limits: limitedBy({ max_orders_per_second: '2' }), exposures: unlimited },
      approvals: { lastSecond: 1, lastMinute: 1 },
    };
    expect(decideAll([situation(rate), other(rate), other({ ...rate, strategy: 'another' })])).toEqual([
      undefined,
      'order_rate',
      undefined,
    ]);
  });

  it('are twins where sender, time and content are the same, and only there', () => {
    const sent = { sending: '2026-01-02 10:00:00+00/order-1', exposures: unlimited };
    const codes = decideAll([
      situation(sent),
      other(sent),
      other({ exposures: unlimited }),
      other({ ...sent, side: 'sell', position: decimal('9') }),
    ]);
    expect(codes).toEqual([undefined, 'duplicate', undefined, undefined]);
  });

  it('are decided alone beside a spread, and behind a halt that one of them brings', () => {
    const company = new Company();
    company.approve(situation({ legs: [] }));
    expect(() => company.asSeenBy(other({}))).toThrow('touches more than its own symbol');
    const halting = new Company();
    halting.close('strategy test is being halted');
    expect(() => halting.asSeenBy(other({}))).toThrow('strategy test is being halted');
  });
});

describe('signals that are decided in one commit, on Postgres', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  const decide = makeDecide();

  /** As the runner does for a group: all reads first, then one after the other. */
  const decideTogether = (team: SeededTeam, messages: readonly Message<'signal.received'>[]) =>
    database.db.transaction(team.teamId, async (tx) => {
      const reads = messages.map(({ payload }) =>
        tx.inLane(payload.signalId, () => decide.prefetch(tx, payload.signalId, 'decide')),
      );
      const contexts = await Promise.all(reads);
      return messages.flatMap((message, index) => {
        const { teamId, payload } = message;
        const work = { tx, teamId, signalId: payload.signalId, afterCommit: () => undefined };
        return tx.inLane(payload.signalId, () => decide.handle(message, contexts[index]!, work));
      });
    });

  it('reserve each its own, and the one that finds no room is denied in the same commit', async () => {
    const team = await seedTeam(database, { maxExposure: '1200000' });
    const messages = [];
    for (let index = 0; index < 3; index += 1) messages.push(await receive(database, team, { quantity: '2' }));
    const answers = await decideTogether(team, messages);
    expect(answers.map(({ type }) => type)).toEqual(['order.approved', 'order.approved', 'order.denied']);
    expect(await exposureOf(database, team)).toEqual({ held: '0', reserved: '1000000' });
    const verdicts = await database.admin(
      'select approved, count(distinct xmin::text)::int as commits from keelson.verdicts where team_id = $1 group by approved order by 1',
      [team.teamId],
    );
    expect(verdicts).toEqual([
      { approved: false, commits: 1 },
      { approved: true, commits: 1 },
    ]);
  });

  it('count on a position once', async () => {
    const team = await seedTeam(database);
    await hold(database, team, '2');
    const messages = [];
    for (let index = 0; index < 2; index += 1)
      messages.push(await receive(database, team, { quantity: '2', side: 'sell', reduceOnly: true }));
    const answers = await decideTogether(team, messages);
    expect(answers.map(({ type }) => type)).toEqual(['order.approved', 'order.denied']);
  });

  it('of limited strategies never lock each other out, in whatever order two commits decide them', async () => {
    const team = await seedTeam(database, { limits: { max_orders_per_second: '100000' } });
    const group = async (strategies: readonly string[]) => {
      const messages = [];
      for (const strategy of strategies) messages.push(await receive(database, team, { quantity: '1', strategy }));
      return messages;
    };
    const groups = [await group(['a', 'b', 'c']), await group(['c', 'b', 'a'])];
    // Somebody holds the account's row until both have come as far as they can.
    const waiting = `select count(*)::int as waiting from pg_stat_activity
                      where wait_event_type = 'Lock' and datname = current_database()`;
    const decided = await database.db.transaction(team.teamId, async (tx) => {
      await tx.query(sql('test.hold_account', 'select from exposures where account_id = $1 for update'), [
        team.accountId,
      ]);
      const all = groups.map((one) => decideTogether(team, one));
      await until(async () => (await database.admin<{ waiting: number }>(waiting))[0]!.waiting === 2, Boolean);
      return { all };
    });
    const answers = await Promise.all(decided.all);
    expect(answers.flat().map(({ type }) => type)).toEqual(Array.from({ length: 6 }, () => 'order.approved'));
  });
});
