import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { seedTeam, testDatabase, type SeededTeam, type TestDatabase } from '@keelson/testkit';
import { sql } from '../src/statement.ts';
import type { Tx } from '../src/tx.ts';

const INSERT = sql(
  'test.insert',
  `insert into audit_events (audit_id, team_id, actor, action, subject) values ($1, current_team(), 'tester', $2, 'test')`,
);
const COUNT = sql('test.count', 'select count(*)::int as count from audit_events where action = $1');
const SELECT_ONE = sql('test.one', 'select 1 as one');
const FAIL = sql('test.fail', 'select 1 / $1::int');

const KINDS = sql(
  'test.kinds',
  `select 1.50::numeric as amount, 7::bigint as large, 3 as small, true as yes, null::text as nothing,
          '{"a": [1]}'::jsonb as document, '{x,y}'::text[] as list, to_timestamp(0) as at
     from generate_series(1, $1::int)`,
);

describe('a transaction', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  beforeAll(async () => {
    database = await testDatabase();
    team = await seedTeam(database);
  });
  afterAll(() => database.close());

  const run = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.db.transaction(team.teamId, work);
  const count = async (action: string) => (await run((tx) => tx.query<{ count: number }>(COUNT, [action])))[0]!.count;

  it('throws the error of a write that nobody awaited, and keeps nothing', async () => {
    const failing = run(async (tx) => {
      tx.execute(INSERT, [newId(), 'unawaited']);
      tx.execute(FAIL, [0]);
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await count('unawaited')).toBe(0);
  });

  it('throws the error of a query even when the work caught it: Postgres has rolled back', async () => {
    const failing = run(async (tx) => {
      tx.execute(INSERT, [newId(), 'caught']);
      await tx.query(FAIL, [0]).catch(() => undefined);
    });
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await count('caught')).toBe(0);
  });

  it('does not call a commit what Postgres answered with a rollback', async () => {
    const committed = database.db.counters.commits;
    const lost = run(async (tx) => {
      tx.execute(INSERT, [newId(), 'lost']);
      const manager = await tx.manager();
      // An error that only TypeORM has seen, and that was caught.
      await manager.query('select 1 / 0').catch(() => undefined);
    });
    await expect(lost).rejects.toThrow('rolled back by Postgres');
    expect(database.db.counters.commits).toBe(committed);
    expect(await count('lost')).toBe(0);
  });

  it('does work at the end by rank and key, whatever the order of registration', async () => {
    const done: string[] = [];
    await run(async (tx) => {
      for (const rank of ['offsets', 'gathered', 'totals'] as const) tx.atEnd(rank, () => void done.push(rank));
      for (const account of ['b', 'a']) tx.atEnd('exposure', () => void done.push(`exposure of ${account}`), account);
    });
    expect(done).toEqual(['gathered', 'exposure of a', 'exposure of b', 'totals', 'offsets']);
  });

  it('takes one round trip when nothing is awaited, and one more per wait', async () => {
    const trips = async (work: (tx: Tx) => Promise<void>) => {
      const before = database.db.counters.roundTrips;
      await run(work);
      return database.db.counters.roundTrips - before;
    };
    expect(
      await trips(async (tx) => {
        for (let index = 0; index < 5; index += 1) tx.execute(SELECT_ONE);
      }),
    ).toBe(1);
    expect(
      await trips(async (tx) => {
        await Promise.all([tx.query(SELECT_ONE), tx.query(SELECT_ONE)]);
        tx.execute(SELECT_ONE);
      }),
    ).toBe(2);
  });

  it('reads the same rows from a statement whose form the connection knows, several times in one wave too', async () => {
    const row = {
      ...{ amount: '1.50', large: '7', small: 3, yes: true, nothing: null, document: { a: [1] }, list: ['x', 'y'] },
      at: new Date(0),
    };
    const [first, none, again] = await run((tx) =>
      Promise.all([tx.query(KINDS, [2]), tx.query(KINDS, [0]), tx.query(KINDS, [1])]),
    );
    expect([first, none, again]).toEqual([[row, row], [], [row]]);
    expect(await run((tx) => tx.query(KINDS, [1]))).toEqual([row]);
    // A statement that failed before it could answer has no form yet.
    const unasked = sql('test.unasked', 'select 6 / $1::int as share');
    await expect(run((tx) => tx.query(unasked, [0]))).rejects.toMatchObject({ code: '22012' });
    expect(await run((tx) => tx.query(unasked, [2]))).toEqual([{ share: 3 }]);
  });

  it('shares its connection with TypeORM: both see the same uncommitted row, and fall together', async () => {
    const failing = run(async (tx) => {
      tx.execute(INSERT, [newId(), 'typeorm']);
      const manager = await tx.manager();
      const rows: unknown = await manager.query(`select action from audit_events where action = 'typeorm'`);
      expect(rows).toEqual([{ action: 'typeorm' }]);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await count('typeorm')).toBe(0);
  });

  it('survives that its connection is cut: the error is told, the next transaction works', async () => {
    const cut = sql('test.cut', 'select pg_terminate_backend(pg_backend_pid())');
    await expect(run((tx) => tx.query(cut))).rejects.toThrow();
    expect(await count('anything')).toBe(0);
  });
});
