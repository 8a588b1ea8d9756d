import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Id, newId } from '@keelson/kernel';
import { originate } from '@keelson/orders';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { ApiProcess } from './support/api-process.ts';

let database: TestDatabase;
let ours: SeededTeam;
let theirs: SeededTeam;
let api: ApiProcess;
let orderId: Id;

beforeAll(async () => {
  database = await testDatabase();
  [ours, theirs] = [await seedTeam(database), await seedTeam(database)];
  api = await ApiProcess.start(database.appUrl, testRedisUrl());
}, 60_000);
afterAll(async () => {
  await api.end();
  await database.close();
});

/** An order that stands at its venue. */
beforeEach(async () => {
  const adopted = { clientOrderId: newId(), venueOrderId: newId() };
  const terms = { type: 'limit', timeInForce: 'gtc', limitPrice: '4990' } as const;
  const placed = await database.db.transaction(ours.teamId, (tx) =>
    originate(tx, {
      ...{ origin: 'operator', key: newId(), strategy: 'test', accountId: ours.accountId, broker: 'paper' },
      ...{ symbol: 'ES', side: 'buy', quantity: '5', terms, role: 'entry', reduceOnly: false, adopted },
      ...{ referencePrice: '5000', expiresAt: new Date(Date.now() + 60_000) },
    }),
  );
  ({ orderId } = placed);
});

interface Asked {
  readonly status?: string;
  readonly attempt_id?: string | null;
  readonly revision_id?: string | null;
  readonly error?: { readonly code: string; readonly message: string; readonly details: readonly unknown[] };
}
const trader = (team = ours) => ({ teamId: team.teamId, role: 'trader' as const });
const ask = (what: string, body: unknown, as: { teamId: Id; role: 'viewer' | 'trader' } = trader()) =>
  api.post<Asked>(`orders/${orderId}/${what}`, body, as);
const left = () =>
  database.admin<{ step: string; payload: Record<string, unknown> }>(
    `select w.step, w.payload from keelson.outbox w join keelson.orders o using (signal_id) where o.order_id = $1`,
    [orderId],
  );

describe('POST /api/v1/orders/:id/cancel', () => {
  it('leaves one command for the venue, however often it is asked, and notes who asked and why', async () => {
    const first = await ask('cancel', { reason: 'changed my mind' });
    expect(first).toMatchObject({ status: 202, body: { order_id: orderId, status: 'cancel_requested' } });
    expect((await ask('cancel', { reason: 'again' })).body.attempt_id).toBe(first.body.attempt_id);
    expect(await left()).toMatchObject([
      { step: 'cancel', payload: { orderId, attemptId: first.body.attempt_id, reason: 'changed my mind' } },
    ]);
    const audit = await database.admin(
      'select actor, action, reason from keelson.audit_events where subject = $1 order by audit_id limit 1',
      [orderId],
    );
    expect(audit).toEqual([{ actor: 'test', action: 'order.cancel', reason: 'changed my mind' }]);
  });

  it('is for traders of the order’s own team, with a reason', async () => {
    expect((await ask('cancel', { reason: 'x' }, { teamId: ours.teamId, role: 'viewer' })).status).toBe(403);
    expect((await ask('cancel', { reason: 'x' }, trader(theirs))).status).toBe(404);
    expect((await ask('cancel', {})).body.error).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(await left()).toEqual([]);
  });
});

describe('POST /api/v1/orders/:id/replace', () => {
  it('leaves a revision and the command that brings it', async () => {
    const { status, body } = await ask('replace', { reason: 'closer', limit_price: '4991.5', quantity: '3' });
    expect([status, body.status]).toEqual([202, 'replace_requested']);
    const terms = { type: 'limit', timeInForce: 'gtc', limitPrice: '4991.5' };
    expect(await left()).toMatchObject([
      {
        step: 'replace',
        payload: { orderId, openQuantity: '5', revision: { orderId: body.revision_id, quantity: '3', terms } },
      },
    ]);
  });

  it('answers 422 for what no order could be, 409 for what this one cannot be now', async () => {
    const larger = await ask('replace', { reason: 'x', quantity: '6' });
    expect([larger.status, larger.body.error?.code]).toEqual([422, 'UNPROCESSABLE_ENTITY']);
    expect(larger.body.error?.message).toContain('only 5 of it is open; to trade more, send another signal');
    expect((await ask('replace', { reason: 'x', limit_price: '0' })).status).toBe(400);
    await ask('cancel', { reason: 'x' });
    const busy = await ask('replace', { reason: 'x', limit_price: '4991' });
    expect([busy.status, busy.body.error?.code]).toEqual([409, 'CONFLICT']);
  });
});
