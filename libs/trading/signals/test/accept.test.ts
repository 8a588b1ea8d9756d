import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RateLimiter, WebhookKeys } from '@keelson/access';
import { messageSchemas } from '@keelson/contracts';
import type { WakeUp } from '@keelson/messaging';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { SignalsService, warmUp } from '../src/index.ts';

let database: TestDatabase;
let team: SeededTeam;
let service: SignalsService;
const woken: WakeUp[] = [];

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
  service = new SignalsService({
    database: database.db,
    webhookKeys: new WebhookKeys(database.db),
    rateLimiter: new RateLimiter(),
    findSymbol: async (ticker) => (ticker === 'ES' ? 'ES' : undefined),
    wakeUps: { send: (wakeUp) => void woken.push(wakeUp) },
  });
});
afterAll(() => database.close());

let delivered = 0;
/** A delivery whose body is unlike all others, but for what `change` says. */
function delivery(change: Record<string, unknown> = {}, sender = team) {
  delivered += 1;
  const fields = { key: sender.webhookKey, ticker: 'ES', action: 'buy', quantity: '1', price: '5000' };
  const body = Buffer.from(JSON.stringify({ ...fields, order_id: `order ${delivered}`, ...change }));
  return { source: 'tradingview', pathId: undefined, contentType: 'application/json', body };
}

async function accepted(sent: ReturnType<typeof delivery>): Promise<{ outcome: string; signalId: string }> {
  const outcome = await service.accept(sent);
  if (!('body' in outcome)) throw new Error(outcome.message);
  return { outcome: outcome.outcome, signalId: outcome.body.signal_id };
}

async function secondsToLive(signalId: string): Promise<number> {
  const [row] = await database.admin<{ seconds: number }>(
    'select extract(epoch from expires_at - received_at)::float8 as seconds from keelson.signals where signal_id = $1',
    [signalId],
  );
  return row!.seconds;
}

describe('an accepted delivery', () => {
  it('leaves a message that its consumer can read, and wakes a worker with its id once', async () => {
    const { signalId } = await accepted(delivery({ id: 'mine', time: '2026-01-01T00:00:00Z' }));
    const [row] = await database.admin<{ outbox_id: string; step: string; type: 'signal.received'; payload: unknown }>(
      'select outbox_id, step, type, payload from keelson.outbox where signal_id = $1',
      [signalId],
    );
    expect([row!.step, row!.type]).toEqual(['decide', 'signal.received']);
    const payload = messageSchemas[row!.type].parse(row!.payload);
    expect(payload).toMatchObject({
      signalId,
      accountId: team.accountId,
      strategy: 'test',
      quantity: '1',
      price: '5000',
    });
    expect(woken.filter((wakeUp) => wakeUp.signalId === signalId)).toEqual([
      { outboxId: row!.outbox_id, step: 'decide', teamId: team.teamId, signalId },
    ]);
  });

  it('costs one commit and one round trip once its key is known', async () => {
    await accepted(delivery());
    const { commits, roundTrips } = database.db.counters;
    await accepted(delivery());
    expect(database.db.counters).toEqual({ commits: commits + 1, roundTrips: roundTrips + 1 });
  });

  it('lives for a minute, or a minute from when its sender says that it was sent', async () => {
    const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    expect(await secondsToLive((await accepted(delivery())).signalId)).toBe(60);
    expect(await secondsToLive((await accepted(delivery({ time: ago(2).toISOString() }))).signalId)).toBe(60);
    expect(await secondsToLive((await accepted(delivery({ time: ago(-3_600).getTime() }))).signalId)).toBe(60);
    const late = await secondsToLive((await accepted(delivery({ time: ago(300).getTime() }))).signalId);
    expect(late).toBeGreaterThan(-245);
    expect(late).toBeLessThan(-235);
  });
});

describe('a repetition', () => {
  it('of the whole body within a minute is the same signal, and wakes nobody', async () => {
    const sent = delivery();
    const first = await accepted(sent);
    const before = woken.length;
    expect(await accepted(sent)).toEqual({ outcome: 'repeated', signalId: first.signalId });
    expect(woken).toHaveLength(before);
  });

  it('of the whole body after the minute is another signal', async () => {
    const sent = delivery();
    const first = await accepted(sent);
    await database.admin(`update keelson.webhook_dedupe set expires_at = now() where signal_id = $1`, [first.signalId]);
    const second = await accepted(sent);
    expect([second.outcome, second.signalId === first.signalId]).toEqual(['accepted', false]);
    expect(await accepted(sent)).toEqual({ outcome: 'repeated', signalId: second.signalId });
  });

  it('of an explicit id is the same signal whatever else the body says, long after the minute', async () => {
    const first = await accepted(delivery({ id: 'exit-7' }));
    const [row] = await database.admin<{ days: number }>(
      `select extract(day from expires_at - now())::int as days from keelson.webhook_dedupe where signal_id = $1`,
      [first.signalId],
    );
    expect(row!.days).toBeGreaterThanOrEqual(29);
    expect(await accepted(delivery({ id: 'exit-7', quantity: '9' }))).toEqual({ ...first, outcome: 'repeated' });
  });

  it('is never made by the order id alone, nor by another team', async () => {
    const first = await accepted(delivery({ order_id: 'same', id: 'shared' }));
    const second = await accepted(delivery({ order_id: 'same', quantity: '2' }));
    const other = await accepted(delivery({ order_id: 'same', id: 'shared' }, await seedTeam(database)));
    expect(new Set([first, second, other].map(({ signalId }) => signalId)).size).toBe(3);
  });

  it('that comes at the same moment is the same signal: forty at once, one of them accepted', async () => {
    for (const change of [{}, { id: 'at once' }]) {
      const sent = delivery(change);
      const all = await Promise.all(Array.from({ length: 40 }, () => accepted(sent)));
      expect(new Set(all.map(({ signalId }) => signalId)).size).toBe(1);
      expect(all.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    }
  });

  it('that was held up by the first until its commit finds it by a second look', async () => {
    const sent = delivery();
    const rival = await database.db.connectSession();
    const bodySha256 = createHash('sha256').update(sent.body).digest('hex');
    const signalId = '01a1fd80-0000-7000-8000-000000000001';
    await rival.query('begin');
    await rival.query(`select set_config('keelson.team_id', $1, true)`, [team.teamId]);
    await rival.query(
      `insert into keelson.webhook_dedupe values ($1, 'tradingview', $2, $3, now() + interval '1 minute')`,
      [team.teamId, `body:${bodySha256}`, signalId],
    );
    const held = accepted(sent);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await rival.query('commit');
    expect(await held).toEqual({ outcome: 'repeated', signalId });
    await rival.end();
  });
});

describe('the rehearsal', () => {
  it('leaves nothing behind', async () => {
    const count = `select (select count(*) from keelson.receipts) + (select count(*) from keelson.webhook_dedupe)
                        + (select count(*) from keelson.outbox) as rows`;
    const before = await database.admin(count);
    await warmUp(database.db, 3);
    expect(await database.admin(count)).toEqual(before);
  });

  it('fails when Postgres would refuse the statement for another reason than its missing account', async () => {
    await database.admin('alter table keelson.outbox rename to elsewhere');
    await expect(warmUp(database.db, 1)).rejects.toThrow('outbox');
    await database.admin('alter table keelson.elsewhere rename to outbox');
  });
});
