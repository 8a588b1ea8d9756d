import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@keelson/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ALL_STEPS } from './support/pipeline-settings.ts';
import { randomFrom } from './support/random.ts';
import { World } from './support/world.ts';

const WITH_RECONCILIATION = [...ALL_STEPS, 'reconcile'] as const;
/** One of each kind. The long run is `npm run torture:drift`. */
const EACH = 2;
const SEED = Date.now() % 1_000_000;

let world: World;
afterEach(() => world.close());

const ordersAtVenue = async () => (await world.venue.log()).filter(({ kind }) => kind === 'order').length;
const forget = () =>
  world.database.admin(
    `update keelson.reconciliations set state = 'unknown', vouched_until = null where account_id = $1`,
    [world.team.accountId],
  );

describe('an account that nobody vouches for', () => {
  it('sends nothing, until it was compared with its venue and found clean', async () => {
    world = await World.start();
    await forget();
    const without = await world.run();
    await world.accept();
    // The order is placed and held, again and again.
    await until(
      () => world.database.admin<{ attempts: number }>(`select attempts from keelson.outbox where step = 'route'`),
      (rows) => (rows[0]?.attempts ?? 0) >= 2,
    );
    expect(await ordersAtVenue()).toBe(0);
    await without.stop();

    await world.run({ steps: WITH_RECONCILIATION });
    await world.settled(30_000);
    expect(await ordersAtVenue()).toBe(1);
  }, 90_000);

  it('is every account, when the first process of a fleet starts; not when another one joins it', async () => {
    world = await World.start();
    const standing = async () =>
      (
        await world.database.admin<{ checks: number; infinite: boolean }>(
          `select checks::int, vouched_until = 'infinity' as infinite from keelson.reconciliations where account_id = $1`,
          [world.team.accountId],
        )
      )[0]!;
    expect((await standing()).infinite).toBe(true);
    await world.run({ steps: WITH_RECONCILIATION });
    await until(standing, ({ checks, infinite }) => checks > 0 && !infinite);
    await world.database.admin(
      `update keelson.reconciliations set vouched_until = 'infinity', due_at = now() + interval '1 hour'`,
    );
    await world.run({ steps: WITH_RECONCILIATION });
    expect((await standing()).infinite).toBe(true);
  }, 90_000);
});

type Line = Readonly<Record<string, unknown>>;

/** What differs by the venue's own log: whatever it did without telling anybody, by the id that a drift names. */
function expectedDrifts(log: readonly Line[]): Map<string, number> {
  const expected = new Map<string, number>();
  for (const line of log) {
    const at = Date.parse(String(line['at']));
    if (line['kind'] === 'order' && line['client_order_id'] === undefined && line['type'] === 'limit') {
      expected.set(String(line['venue_order_id']), at);
    }
    if (line['kind'] !== 'silent') continue;
    if (line['type'] === 'filled') expected.set(String(line['event_id']), at);
    if (line['type'] === 'corrected' || line['type'] === 'duplicated') expected.set(String(line['execution_id']), at);
    if (line['type'] === 'cancelled') expected.set(String(line['venue_order_id']), at);
  }
  return expected;
}

/** One way to make each of the eight kinds, in the venue's book alone. */
function saboteur(random: () => number): readonly (() => Promise<unknown>)[] {
  const { accountId: account, symbol } = world.team;
  const resting = async () => {
    const id = await world.accept({
      quantity: '4',
      fields: { type: 'limit', limit_price: String(1_000 + Math.floor(random() * 100)), time_in_force: 'gtc' },
    });
    const rows = await until(
      () =>
        world.database.admin<{ id: string }>(
          `select client_order_id as id from keelson.orders where signal_id = $1 and status = 'accepted'`,
          [id],
        ),
      ({ length }) => length === 1,
    );
    return rows[0]!.id;
  };
  const executed = async (used: Set<string>) => {
    const rows = await until(
      () =>
        world.database.admin<{ id: string }>(
          'select execution_id as id from keelson.fills order by executed_at desc limit 50',
        ),
      (found) => found.some(({ id }) => !used.has(id)),
    );
    const { id } = rows.find((row) => !used.has(row.id))!;
    used.add(id);
    return id;
  };
  const change = (body: Record<string, unknown>) => world.venue.post('/v1/control/book', body);
  const manual = { account, symbol, side: 'buy', quantity: '1', told: false };
  const used = new Set<string>();
  return [
    async () => change({ change: 'fill', order: await resting() }),
    async () => change({ change: 'fill', order: await resting(), quantity: '1' }),
    async () => change({ change: 'cancel', order: await resting() }),
    async () => change({ change: 'duplicate_fill', execution_id: await executed(used) }),
    async () =>
      world.venue.post('/v1/control/correct', {
        execution_id: await executed(used),
        quantity: '1',
        price: '4321.25',
        told: false,
      }),
    async () => world.venue.post('/v1/control/orders', { ...manual, type: 'market', reference_price: '5000' }),
    async () => world.venue.post('/v1/control/orders', { ...manual, type: 'limit', limit_price: '900' }),
    async () => {
      const order = await resting();
      await change({ change: 'cancel', order, told: true });
      await until(
        () =>
          world.database.admin(`select from keelson.orders where client_order_id = $1 and status = 'cancelled'`, [
            order,
          ]),
        ({ length }) => length === 1,
      );
      await change({ change: 'fill', order, quantity: '2' });
    },
  ];
}

describe('drift of eight kinds while the account trades', () => {
  it('is found within ten seconds, all of it and nothing else, and mended', async () => {
    process.stdout.write(`drift: seed ${SEED}\n`);
    const random = randomFrom(SEED);
    world = await World.start({ venue: { seed: SEED, partialFillPercent: 30, latencyMs: { min: 0, max: 20 } } });
    await world.run({ steps: WITH_RECONCILIATION });
    let trading = true;
    const trade = (async () => {
      while (trading) {
        await world.accept({ side: random() < 0.5 ? 'buy' : 'sell', quantity: '2' });
        await sleep(30 + random() * 60);
      }
    })();

    const injections = saboteur(random);
    for (let round = 0; round < EACH; round += 1) {
      for (const inject of injections.toSorted(() => random() - 0.5)) await inject();
    }

    const expected = expectedDrifts(await world.venue.log());
    expect(expected.size).toBe(EACH * 8);
    const found = await until(
      () =>
        world.database.admin<{ subject: string; kind: string; state: string; found_at: Date }>(
          'select subject, kind, state, found_at from keelson.reconciliation_drifts order by found_at',
        ),
      (drifts) => drifts.length >= expected.size && drifts.every(({ state }) => state === 'repaired'),
      30_000,
    );
    trading = false;
    await trade;
    expect(found.map(({ subject }) => subject).sort()).toEqual([...expected.keys()].sort());
    expect(new Set(found.map(({ kind }) => kind)).size).toBe(8);
    const slowest = Math.max(...found.map(({ subject, found_at }) => found_at.getTime() - expected.get(subject)!));
    const [row] = await world.database.admin<{ checks: number }>(
      'select sum(checks)::int as checks from keelson.reconciliations',
    );
    process.stdout.write(
      `drift: ${found.length} found, the slowest after ${slowest} ms, in ${row!.checks} comparisons\n`,
    );
    expect(slowest).toBeLessThan(10_000);
  }, 120_000);
});
