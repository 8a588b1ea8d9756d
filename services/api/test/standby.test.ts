import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { ApiProcess, startWorker, type WorkerService } from './support/api-process.ts';

describe('the api and its workers', () => {
  let database: TestDatabase;
  let venue: PaperVenue;
  let api: ApiProcess;
  let worker: WorkerService | undefined;
  let team: SeededTeam;
  let alerts = 0;
  beforeAll(async () => {
    [database, venue] = await Promise.all([testDatabase(), PaperVenue.start()]);
    team = await seedTeam(database);
    api = await ApiProcess.start(database.appUrl, testRedisUrl(), { PAPER_BROKER_URL: venue.url });
  }, 60_000);
  afterAll(async () => {
    await worker?.kill();
    await api.end();
    await Promise.all([database.close(), venue.stop()]);
  }, 30_000);

  const send = async (): Promise<string> => {
    alerts += 1;
    const alert = {
      key: team.webhookKey,
      ticker: 'ES',
      action: 'buy',
      quantity: '1',
      price: '5000',
      order_id: 'test',
      id: `a-${alerts}`,
    };
    const { status, text } = await api.deliver(JSON.stringify(alert));
    if (status !== 202) throw new Error(`${status}: ${text}`);
    return (JSON.parse(text) as { signal_id: string }).signal_id;
  };

  const until = async (what: string, isSo: () => Promise<boolean> | boolean, withinMs = 40_000): Promise<void> => {
    const end = Date.now() + withinMs;
    while (!(await isSo())) {
      if (Date.now() > end)
        throw new Error(`${what}: not within ${withinMs} ms\n${api.log.slice(-3_000)}\n${worker?.said() ?? ''}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const filled = async (signalId: string): Promise<boolean> =>
    (
      await database.admin(
        `select from keelson.stream_events where signal_id = $1 and event = 'order.filled' and channel = 'orders'`,
        [signalId],
      )
    ).length === 1;

  /** Owners whose session says that they run the whole flow. */
  const workers = async (): Promise<number> =>
    (
      await database.admin<{ count: number }>(`select count(*)::int as count from pg_locks l
        where l.locktype = 'advisory' and l.classid = 19287
          and l.database = (select oid from pg_database where datname = current_database())`)
    )[0]!.count;

  it('runs pending steps itself while no worker lives, steps back for one, and begins again when it is killed', async () => {
    const first = await send();
    await until('the api stands in', () => filled(first));
    expect(api.log).toContain('No worker lives: standing in');

    worker = await startWorker(database.appUrl, testRedisUrl(), venue.url);
    expect(await workers()).toBe(1);
    await until('the api steps back', () => api.log.includes('A worker is back'));
    const second = await send();
    await until('the worker works', () => filled(second));

    await worker.kill();
    const third = await send();
    await until('the api stands in again', () => filled(third));
    const log = await venue.log();
    const orders = log.filter(
      ({ kind, outcome, account }) => kind === 'order' && outcome === 'accepted' && account === team.accountId,
    );
    expect(orders).toHaveLength(3);
  }, 150_000);
});
