import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Message } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { FlowRunner } from '../src/flow-runner.ts';
import { Owner } from '../src/owner.ts';
import type { StepHandler, StepWork, WakeUp } from '../src/step.ts';
import { leave, pause, sweep } from './support.ts';

const EFFECT = sql(
  'test.effect',
  `insert into audit_events (audit_id, team_id, actor, action, subject) values ($1, current_team(), 'test', 'effect', $2)`,
);
const RAISE = sql('test.raise', 'select test_raise($1)');

/** Step decide with one visible effect: a row of the audit table. What else it does is up to the test. */
function handler(also: (work: StepWork, attempt: number) => readonly Message[] = () => []): StepHandler {
  let attempt = 0;
  return {
    step: 'decide',
    prefetch: () => Promise.resolve(undefined),
    handle(message, _, work) {
      attempt += 1;
      work.tx.execute(EFFECT, [newId(), message.key]);
      return also(work, attempt);
    },
  };
}

describe('the flow runner', () => {
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
  afterEach(async () => {
    await database.admin('delete from keelson.outbox');
    await database.admin('delete from keelson.audit_events');
  });
  afterAll(async () => {
    await owner.stop();
    await database.close();
  });

  const runnerOf = (one: StepHandler, woken: WakeUp[] = []) =>
    new FlowRunner({
      ...{ database: database.db, owner, handlers: [one], fuse: true },
      wake: (wakeUp) => woken.push(wakeUp),
    });
  const effects = async () => (await database.admin('select subject from keelson.audit_events')).length;
  const waiting = () => database.admin<{ attempts: number }>('select attempts from keelson.outbox');
  const raise = (tx: Tx, code: string) => tx.execute(RAISE, [code]);

  it('commits the effect and the end of the message together, once, however many run it', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const runner = runnerOf(handler());
    const ran = await Promise.all(Array.from({ length: 5 }, () => runner.runWaiting(wakeUp)));
    expect(ran.filter(Boolean)).toHaveLength(1);
    expect([await effects(), (await waiting()).length]).toEqual([1, 0]);
  });

  it.each(['KE010', '23505', '40001', '40P01'])('decides anew after %s, in a fresh transaction', async (code) => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const raising = handler(({ tx }, attempt) => {
      if (attempt === 1) raise(tx, code);
      return [];
    });
    expect(await runnerOf(raising).runWaiting(wakeUp)).toBe(true);
    expect([await effects(), (await waiting()).length]).toEqual([1, 0]);
  });

  it('gives up after three attempts, keeps nothing of them, and leaves the message for later', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    let attempts = 0;
    const raising = handler(({ tx }, attempt) => {
      attempts = attempt;
      raise(tx, 'KE010');
      return [];
    });
    await expect(runnerOf(raising).runWaiting(wakeUp)).rejects.toMatchObject({ code: 'KE010' });
    expect([attempts, await effects()]).toEqual([3, 0]);
    expect(await waiting()).toEqual([{ attempts: 1 }]);
    // Not at once, and not never.
    expect(await sweep(database.db, { owner: owner.number })).toEqual([]);
    await pause(300);
    expect(await sweep(database.db, { owner: owner.number })).toHaveLength(1);
  });

  it('does not repeat what another error ended', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    let attempts = 0;
    const raising = handler(({ tx }, attempt) => {
      attempts = attempt;
      raise(tx, '22012');
      return [];
    });
    await expect(runnerOf(raising).runWaiting(wakeUp)).rejects.toMatchObject({ code: '22012' });
    expect([attempts, await effects(), (await waiting()).length]).toEqual([1, 0, 1]);
  });

  it('writes nothing under a fence that is not the newest any more', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const [late] = await sweep(database.db, { owner: owner.number, leaseMs: 0 });
    await pause(5);
    const [current] = await sweep(database.db, { owner: owner.number });
    const runner = runnerOf(handler());
    const { teamId, signalId } = wakeUp;
    expect(await runner.runWaiting(late!)).toBe(false);
    expect(await runner.emit({ step: 'route', teamId, signalId, messages: [], lease: late! })).toBe(false);
    expect([await effects(), (await waiting()).length]).toEqual([0, 1]);
    expect(await runner.runWaiting(current!)).toBe(true);
    expect([await effects(), (await waiting()).length]).toEqual([1, 0]);
  });

  it('commits together what comes from outside at once, and each alone where one is at fault', async () => {
    const raising: StepHandler = {
      step: 'apply',
      prefetch: () => Promise.resolve(undefined),
      handle(message, _, work) {
        if (message.key === 'bad') throw new Error('as the test wants');
        work.tx.execute(EFFECT, [newId(), message.key]);
        return [];
      },
    };
    const runner = runnerOf(raising);
    const emit = (key: string) => {
      const { teamId } = team;
      const signalId = newId();
      const said = { broker: 'paper', venueEventId: key, clientOrderId: key, at: new Date().toISOString() };
      const payload = { ...said, reason: 'as the test wants' };
      const message: Message<'broker.rejected'> = { id: newId(), type: 'broker.rejected', teamId, key, payload };
      return runner.emit({ step: 'route', teamId, signalId, messages: [message] });
    };
    const commitsOf = () => database.admin('select distinct xmin::text from keelson.audit_events');
    expect(await Promise.all(['a', 'b', 'c', 'd'].map(emit))).toEqual([true, true, true, true]);
    // The first began at once; the others shared the next commit.
    expect([await effects(), (await commitsOf()).length]).toEqual([4, 2]);
    const settled = await Promise.allSettled(['e', 'f', 'bad', 'g'].map(emit));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect([await effects(), (await commitsOf()).length]).toEqual([7, 5]);
  });

  it('commits waiting messages together where their step allows for it, and one by one where not', async () => {
    const commitsOf = () => database.admin('select distinct xmin::text from keelson.audit_events');
    const runTwelve = async (one: StepHandler) => {
      const left = [];
      for (let index = 0; index < 12; index += 1) left.push((await leave(database.db, team.teamId)).wakeUp);
      const runner = runnerOf(one);
      const done = await Promise.all(left.map((wakeUp) => runner.runWaiting(wakeUp)));
      return [done.every(Boolean), await effects(), (await waiting()).length];
    };
    expect(await runTwelve({ ...handler(), together: true })).toEqual([true, 12, 0]);
    // The first began at once; the others shared the next commit.
    expect(await commitsOf()).toHaveLength(2);
    expect(await runTwelve(handler())).toEqual([true, 24, 0]);
    expect(await commitsOf()).toHaveLength(14);
  });

  it('leaves what it emits to the step that consumes it, and wakes that one after the commit', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    const woken: WakeUp[] = [];
    const emitting = handler(({ teamId, signalId }) => [
      {
        ...{ id: newId(), type: 'order.denied', teamId, key: signalId },
        payload: {
          signalId,
          accountId: newId(),
          symbol: 'ES',
          side: 'buy',
          quantity: '1',
          code: 'halted',
          numbers: {},
        },
      },
    ]);
    await runnerOf(emitting, woken).runWaiting(wakeUp);
    expect(await database.admin('select step, type from keelson.outbox')).toEqual([
      { step: 'publish', type: 'order.denied' },
    ]);
    expect(woken).toMatchObject([{ step: 'publish', signalId: wakeUp.signalId }]);
  });

  it('refuses a message that this release cannot read, and keeps it', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    await database.admin(`update keelson.outbox set payload = payload || '{"from": "another release"}'`);
    await expect(runnerOf(handler()).runWaiting(wakeUp)).rejects.toThrow('from');
    expect([await effects(), (await waiting()).length]).toEqual([0, 1]);
  });

  it('leaves a message of a step that runs elsewhere untouched', async () => {
    const { wakeUp } = await leave(database.db, team.teamId);
    expect(await runnerOf({ ...handler(), step: 'book' }).runWaiting(wakeUp)).toBe(false);
    expect(await waiting()).toEqual([{ attempts: 0 }]);
  });
});
