import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl, until } from '@keelson/testkit';
import { ApiProcess } from './support/api-process.ts';

interface HaltView {
  readonly halt_id: string;
  readonly phase: string;
  readonly status_url: string;
  readonly accounts: readonly unknown[];
}

describe('halting over HTTP, with no worker alive', () => {
  let database: TestDatabase;
  let venue: PaperVenue;
  let api: ApiProcess;
  let team: SeededTeam;
  let other: SeededTeam;
  beforeAll(async () => {
    [database, venue] = await Promise.all([testDatabase(), PaperVenue.start()]);
    [team, other] = [await seedTeam(database), await seedTeam(database)];
    const environment = { PAPER_BROKER_URL: venue.url, KEELSON_ENVIRONMENT: 'prod' };
    api = await ApiProcess.start(database.appUrl, testRedisUrl(), environment);
  }, 60_000);
  afterAll(async () => {
    await api.end();
    await Promise.all([database.close(), venue.stop()]);
  });

  const stateOf = async (scope: string) =>
    (await database.admin<{ state: string }>('select state from keelson.trading_states where scope = $1', [scope]))[0]
      ?.state;

  const done = async (haltId: string): Promise<HaltView> => {
    const halt = () => api.read<HaltView>(`halts/${haltId}`, team.teamId);
    return (await until(halt, ({ body }) => body.phase === 'done')).body;
  };

  it('blocks before it answers, cancels at the venue, and proves it at the status address', async () => {
    const resting = { type: 'limit', limit_price: '0.0001', time_in_force: 'gtc', side: 'buy', quantity: '1' };
    await venue.post('/v1/control/orders', { account: team.accountId, symbol: 'ES', ...resting });
    await venue.post('/v1/control/orders', { account: other.accountId, symbol: 'ES', ...resting });
    const caller = { teamId: team.teamId, role: 'trader', userId: 'anna' } as const;
    const { status, body } = await api.send<HaltView>('POST', 'halt', caller, { reason: 'odd fills' });
    expect({ status, scope: await stateOf(`team:${team.teamId}`) }).toEqual({ status: 202, scope: 'HALTED' });
    expect(body.status_url).toBe(`/api/v1/halts/${body.halt_id}`);
    const halt = await done(body.halt_id);
    expect(halt.accounts).toEqual([
      expect.objectContaining({ account_id: team.accountId, broker: 'paper', orders_kept: [], positions: [] }),
    ]);
    const open = (await (await fetch(`${venue.url}/v1/orders?status=open`)).json()) as {
      orders: { account: string }[];
    };
    expect(open.orders.map(({ account }) => account)).toEqual([other.accountId]);
  }, 30_000);

  it('resumes in prod when two admins have said so, and for nobody below', async () => {
    const resume = (userId: string, role: 'trader' | 'admin' = 'admin') =>
      api.send<{ outcome: string }>('POST', 'resume', { teamId: team.teamId, role, userId }, { reason: 'checked' });
    expect((await resume('anna', 'trader')).status).toBe(403);
    expect((await resume('anna')).body).toMatchObject({ outcome: 'waiting', approved_by: ['anna'], state: 'HALTED' });
    expect((await resume('anna')).body).toMatchObject({ outcome: 'waiting' });
    expect(await stateOf(`team:${team.teamId}`)).toBe('HALTED');
    expect((await resume('ben')).body).toMatchObject({ outcome: 'resumed', approved_by: ['anna', 'ben'] });
    expect(await stateOf(`team:${team.teamId}`)).toBe('ACTIVE');
  });

  it('is never refused for being asked too often', async () => {
    const caller = { teamId: other.teamId, role: 'admin', userId: 'in a hurry' } as const;
    const statuses = async (path: string, times: number) =>
      (await Promise.all(Array.from({ length: times }, () => api.send('POST', path, caller, { reason: 'again' })))).map(
        ({ status }) => status,
      );
    const refused = (all: readonly number[]) => all.filter((status) => status === 429).length;
    // More than a minute's writes of one user.
    expect(refused(await statuses('resume', 70))).toBeGreaterThan(0);
    expect(new Set(await statuses('halt', 20))).toEqual(new Set([202]));
  }, 60_000);

  it('keeps to the caller’s team and role', async () => {
    const halt = (role: 'viewer' | 'trader', scope: string) =>
      api.send('POST', 'halt', { teamId: team.teamId, role }, { reason: 'x', scope });
    expect((await halt('viewer', 'team')).status).toBe(403);
    expect((await halt('trader', 'platform')).status).toBe(403);
    expect((await halt('trader', `account:${other.accountId}`)).status).toBe(404);
    expect((await halt('trader', 'everything')).status).toBe(400);
    const { body } = await api.send<HaltView>(
      'POST',
      'halt',
      { teamId: other.teamId, role: 'trader' },
      { reason: 'x' },
    );
    expect((await api.read(`halts/${body.halt_id}`, team.teamId)).status).toBe(404);
    expect(await stateOf('platform')).toBe('ACTIVE');
  });

  it('keeps a dead man’s switch by name: armed, renewed, taken away', async () => {
    const caller = { teamId: team.teamId, role: 'trader' } as const;
    expect((await api.send('POST', 'heartbeats/desk', caller)).status).toBe(404);
    const armed = await api.send('PUT', 'heartbeats/desk', caller, { within_ms: 60_000, scope: 'strategy:momentum' });
    expect(armed).toMatchObject({ status: 200, body: { scope: `strategy:${team.teamId}:momentum`, armed: true } });
    const before = (armed.body as { renewed_at: string }).renewed_at;
    const renewed = await api.send<{ renewed_at: string }>('POST', 'heartbeats/desk', caller);
    expect(renewed.body.renewed_at > before).toBe(true);
    expect((await api.send('DELETE', 'heartbeats/desk', caller)).status).toBe(204);
    const list = await api.send<unknown>('PUT', 'heartbeats/desk', { ...caller, role: 'viewer' }, { within_ms: 1_000 });
    expect(list.status).toBe(403);
  });
});
