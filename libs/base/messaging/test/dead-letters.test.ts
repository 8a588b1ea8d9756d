import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '@keelson/persistence';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { countDeadLetters, openDeadLetters, replayDeadLetter, settleDeadLetter } from '../src/dead-letters.store.ts';
import { FAILURES_TO_DIE, speaksAgainstMessage } from '../src/failure.ts';
import { FlowRunner } from '../src/flow-runner.ts';
import { Owner } from '../src/owner.ts';
import type { StepHandler, WakeUp } from '../src/step.ts';
import { leave, sweep } from './support.ts';

const RAISE = sql('test.raise', 'select test_raise($1)');
const DIVISION_BY_ZERO = '22012';

/** Step decide, which fails with a code of Postgres, or not at all. */
function failing(code: () => string | undefined, endsLater = false): StepHandler {
  return {
    ...{ step: 'decide', endsLater, prefetch: () => Promise.resolve(undefined) },
    handle(_message, _context, { tx }) {
      const raised = code();
      if (raised !== undefined) tx.execute(RAISE, [raised]);
      return [];
    },
  };
}

describe('messages that fail', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  let owner: Owner;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
    owner = new Owner(database.db);
    await owner.start();
    await database.admin(`create function keelson.test_raise(code text) returns void language plpgsql as
      $$ begin raise exception 'as the test wants' using errcode = code; end $$`);
  });
  afterEach(() => database.admin('delete from keelson.outbox; delete from keelson.dead_letters'));
  afterAll(async () => {
    await owner.stop();
    await database.close();
  });

  const runnerOf = (handler: StepHandler) =>
    new FlowRunner({ ...{ database: database.db, owner, handlers: [handler], fuse: true }, wake: () => undefined });
  /** Lets waiting time pass, and one more attempt happen. */
  const attempt = async (runner: FlowRunner, wakeUp: WakeUp) => {
    await database.admin(`update keelson.outbox set owner = null, lease_until = null`);
    await runner.runWaiting(wakeUp).catch(() => undefined);
  };
  const waiting = () =>
    database.admin<{ failures: number; waits: number }>(
      `select failures, round(extract(epoch from lease_until - now()) * 4)::int as waits from keelson.outbox`,
    );
  const dead = () => database.db.transaction(team.teamId, (tx) => openDeadLetters(tx));

  it(`are put aside with their error at the failure number ${FAILURES_TO_DIE}, and wait twice as long each time before`, async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(failing(() => DIVISION_BY_ZERO));
    const waits: number[] = [];
    for (let turn = 1; turn < FAILURES_TO_DIE; turn += 1) {
      await attempt(runner, wakeUp);
      waits.push((await waiting())[0]!.waits);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16]);
    expect(await dead()).toEqual([]);
    await attempt(runner, wakeUp);
    expect(await waiting()).toEqual([]);
    const { outboxId, step, signalId } = wakeUp;
    expect(await dead()).toMatchObject([
      { outboxId, step, signalId, type: 'signal.received', failures: FAILURES_TO_DIE, payload: { symbol: 'ES' } },
    ]);
    expect((await dead())[0]!.error).toContain('as the test wants');
    expect(await database.db.relay(countDeadLetters)).toBe(1);
  });

  it.each(['40001', '57P01', '53300', '08006'])('are not put aside for %s, which is not their fault', async (code) => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(failing(() => code));
    for (let turn = 0; turn < FAILURES_TO_DIE + 2; turn += 1) await attempt(runner, wakeUp);
    expect(await waiting()).toMatchObject([{ failures: 0, waits: 1 }]);
    expect(await dead()).toEqual([]);
  });

  it('are never put aside where an order may be at a venue, but counted', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(failing(() => DIVISION_BY_ZERO, true));
    for (let turn = 0; turn < FAILURES_TO_DIE + 2; turn += 1) await attempt(runner, wakeUp);
    expect(await waiting()).toEqual([{ failures: FAILURES_TO_DIE + 2, waits: 32 }]);
    expect(await dead()).toEqual([]);
    expect(await database.db.relay(countDeadLetters)).toBe(1);
  });

  it('do not hold up the others: the sweep takes those, and not the one that fails', async () => {
    const bad = await leave(database.db, team.teamId);
    await attempt(runnerOf(failing(() => DIVISION_BY_ZERO)), bad.wakeUp);
    const good = await leave(database.db, team.teamId);
    const taken = await sweep(database.db, { owner: owner.number, limit: 1 });
    expect(taken.map(({ outboxId }) => outboxId)).toEqual([good.wakeUp.outboxId]);
  });

  it('are replayed with all attempts before them again, and run once', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    let broken = true;
    let ran = 0;
    const runner = runnerOf(
      failing(() => {
        ran += 1;
        return broken ? DIVISION_BY_ZERO : undefined;
      }),
    );
    for (let turn = 0; turn < FAILURES_TO_DIE; turn += 1) await attempt(runner, wakeUp);
    broken = false;
    const replay = () => database.db.transaction(team.teamId, (tx) => replayDeadLetter(tx, wakeUp.outboxId, 'mended'));
    expect(await replay()).toEqual([wakeUp]);
    expect(await replay()).toEqual([]);
    expect(await waiting()).toMatchObject([{ failures: 0 }]);
    expect(await runner.runWaiting(wakeUp)).toBe(true);
    expect([await waiting(), await dead(), ran]).toEqual([[], [], FAILURES_TO_DIE + 1]);
  });

  it('come back to the letters when they fail again after a replay', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(failing(() => DIVISION_BY_ZERO));
    for (let turn = 0; turn < FAILURES_TO_DIE; turn += 1) await attempt(runner, wakeUp);
    await database.db.transaction(team.teamId, (tx) => replayDeadLetter(tx, wakeUp.outboxId, 'hoping'));
    for (let turn = 0; turn < FAILURES_TO_DIE; turn += 1) await attempt(runner, wakeUp);
    expect(await dead()).toMatchObject([{ failures: 2 * FAILURES_TO_DIE }]);
  });

  it('are settled with a reason, and kept', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(failing(() => DIVISION_BY_ZERO));
    for (let turn = 0; turn < FAILURES_TO_DIE; turn += 1) await attempt(runner, wakeUp);
    const settle = () => database.db.transaction(team.teamId, (tx) => settleDeadLetter(tx, wakeUp.outboxId, 'by hand'));
    expect([await settle(), await settle(), await dead()]).toEqual([1, 0, []]);
    const kept = await database.admin('select resolution, reason from keelson.dead_letters');
    expect(kept).toEqual([{ resolution: 'settled', reason: 'by hand' }]);
  });
});

describe('what speaks against a message', () => {
  const withCode = (code: string) => Object.assign(new Error('as the test wants'), { code });
  it.each(['22012', '23514', '42703', 'P0001'])('is SQLSTATE %s', (code) => {
    expect(speaksAgainstMessage(withCode(code))).toBe(true);
  });
  it.each(['EPIPE', 'ECONNRESET', 'KE010', '23505', '57P03'])('is not %s', (code) => {
    expect(speaksAgainstMessage(withCode(code))).toBe(false);
  });
  it('is an error of our code, and not a connection that ended', () => {
    expect(speaksAgainstMessage(new TypeError('x is undefined'))).toBe(true);
    expect(speaksAgainstMessage(new Error('Connection terminated unexpectedly'))).toBe(false);
  });
});
