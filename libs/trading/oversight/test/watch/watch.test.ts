import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { Lease, Owner } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, until } from '@keelson/testkit';
import { armHeartbeat, renewHeartbeat } from '../../src/watch/heartbeats.store.ts';
import { Watch } from '../../src/watch/watch.ts';

describe('the watch, on real rows', () => {
  let database: TestDatabase;
  let team: SeededTeam;
  const running = new Set<() => Promise<void>>();
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterEach(async () => {
    for (const stop of running) await stop();
    running.clear();
  });
  afterAll(() => database.close());

  /** Somebody who may watch; `kill` takes the session away as a crash does. */
  const watcher = async () => {
    const own = new Database({ url: database.appUrl, poolSize: 6, applicationName: 'watch' });
    const owner = new Owner(own);
    await owner.start();
    const errors: unknown[] = [];
    const watch = new Watch({
      ...{ database: own, owner, lease: new Lease(own, owner, 'watch', 2_000), announce: () => undefined },
      onError: (rule, error) => errors.push([rule, error]),
    });
    watch.start();
    const stop = async () => {
      await watch.stop();
      await owner.stop();
      await own.close();
      running.delete(stop);
    };
    running.add(stop);
    return { watch, errors, owner, stop };
  };

  const halts = () =>
    database.admin<{ scope: string; origin: string; reason: string; blocked: boolean }>(
      'select scope, origin, reason, blocked_at is not null as blocked from keelson.halts order by requested_at',
    );
  // The row of a halt is committed first, then its block.
  const haltOf = async (scope: string) => {
    const ofScope = async () => (await halts()).filter((halt) => halt.scope === scope && halt.blocked);
    return (await until(ofScope, (found) => found.length > 0))[0]!;
  };
  const stateOf = async (scope: string) =>
    (await database.admin<{ state: string }>('select state from keelson.trading_states where scope = $1', [scope]))[0]
      ?.state;

  const signals = async (count: number, strategy: string) => {
    await database.admin(
      `insert into keelson.signals (signal_id, team_id, account_id, strategy, symbol, side, quantity, price, received_at,
                                    expires_at, receipt_id, origin)
       select gen_random_uuid(), $1, $2, $3, 'ES', 'buy', 1, 1, clock_timestamp(), now() + interval '1 minute', $5, 'webhook'
         from generate_series(1, $4)`,
      [team.teamId, team.accountId, strategy, count, await receipt()],
    );
  };
  const receipt = async () => {
    const id = newId();
    await database.admin(
      `insert into keelson.receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256)
       values ($1, $2, $3, 'test', 'application/json', '{}', '')`,
      [id, team.teamId, team.webhookKeyId],
    );
    return id;
  };
  const limit = (name: string, value: string) =>
    database.admin(
      `insert into keelson.risk_limits (account_id, team_id, scope, name, value) values ($1, $2, 'account', $3, $4)
       on conflict (account_id, scope, name) do update set value = excluded.value`,
      [team.accountId, team.teamId, name, value],
    );

  it('halts a runaway strategy and nobody else, soon', async () => {
    team = await seedTeam(database);
    await limit('max_orders_per_second', '10');
    await watcher();
    await signals(30, 'calm');
    await signals(200, 'runaway');
    const halt = await haltOf(`strategy:${team.teamId}:runaway`);
    expect(halt).toMatchObject({ origin: 'runaway', reason: 'runaway: 200 signals in a second, its limit is 10' });
    expect(await stateOf(`strategy:${team.teamId}:runaway`)).toBe('HALTED');
    const [took] = await database.admin<{ ms: number }>(
      `select extract(epoch from h.blocked_at - max(s.received_at))::float8 * 1000 as ms
         from keelson.halts h, keelson.signals s where s.strategy = 'runaway' and s.team_id = $1 and h.scope like '%runaway'
        group by h.blocked_at`,
      [team.teamId],
    );
    // Within a second on a quiet machine: torture:runaway holds it to that.
    expect(took!.ms).toBeLessThan(10_000);
    expect((await halts()).filter(({ scope }) => scope.endsWith(':calm'))).toEqual([]);
    // The block comes first; who did it is written down after that.
    const audit = () =>
      database.admin('select actor, subject from keelson.audit_events where team_id = $1', [team.teamId]);
    expect(await until(audit, (rows) => rows.length > 0)).toEqual([
      { actor: 'watch: runaway', subject: `strategy:${team.teamId}:runaway` },
    ]);
  });

  it('halts the account that lost what it may in a day', async () => {
    team = await seedTeam(database);
    await limit('max_daily_loss_percent', '3');
    await database.admin(
      `insert into keelson.account_funds (account_id, team_id, currency, equity, buying_power, source)
       values ($1, $2, 'USD', 1000, 1000, 'test') on conflict (account_id) do update set equity = 1000`,
      [team.accountId, team.teamId],
    );
    const { accountDayOf } = await import('@keelson/market');
    await database.admin(
      `insert into keelson.account_days (account_id, trading_day, currency, team_id, realised_profit, fees)
       values ($1, $2, 'USD', $3, -20, 15)`,
      [team.accountId, accountDayOf(new Date()), team.teamId],
    );
    await watcher();
    expect(await haltOf(`account:${team.accountId}`)).toMatchObject({
      ...{ origin: 'daily_loss', reason: 'daily loss: 35 is 3.5 % of the equity, the limit is 3 %' },
    });
  });

  it('halts the scope of a heartbeat that nobody renews, once, and not while it is renewed', async () => {
    team = await seedTeam(database);
    const { teamId } = team;
    const scope = { kind: 'symbol', teamId, symbol: 'ES' } as const;
    const arm = { name: 'desk', scope, withinMs: 2_000, cancelAll: true, flatten: false, actor: 'anna' };
    await database.db.transaction(teamId, (tx) => armHeartbeat(tx, arm));
    await watcher();
    const renewals = setInterval(
      () => void database.db.transaction(teamId, (tx) => renewHeartbeat(tx, 'desk', 'anna')),
      100,
    );
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    clearInterval(renewals);
    expect((await halts()).filter((halt) => halt.scope === `symbol:${teamId}:ES`)).toEqual([]);
    expect(await haltOf(`symbol:${teamId}:ES`)).toMatchObject({ origin: 'dead_man' });
    const [cancels] = await database.admin('select cancel_all from keelson.halts where scope = $1', [
      `symbol:${teamId}:ES`,
    ]);
    expect(cancels).toEqual({ cancel_all: true });
  }, 30_000);

  it('is taken over when its process dies', async () => {
    team = await seedTeam(database);
    const first = await watcher();
    const second = await watcher();
    const active = () => [first, second].filter(({ watch }) => watch.active).length;
    expect(await until(active, (count) => count > 0)).toBe(1);
    const [dies, lives] = first.watch.active ? [first, second] : [second, first];
    await dies.owner.stop();
    await until(() => lives.watch.active, Boolean);
  });

  it('looks with every rule without an error', async () => {
    const { errors } = await watcher();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(errors).toEqual([]);
  });
});
