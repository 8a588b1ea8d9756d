import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PaperVenue } from '@keelson/brokers/testing';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { ApiProcess, startWorker, type WorkerService } from './support/api-process.ts';

const STANDS_IN = 'No worker makes progress: standing in';
const STEPS_BACK = 'A worker is back';

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

  const told = (what: string): number => api.log.split(what).length - 1;

  it('runs pending steps itself while no worker lives or works, and steps back for one that does', async () => {
    const first = await send();
    await until('the api stands in', () => filled(first));
    expect(told(STANDS_IN)).toBe(1);

    worker = await startWorker(database.appUrl, testRedisUrl(), venue.url);
    await until('the api steps back', () => told(STEPS_BACK) === 1);
    const second = await send();
    await until('the worker works', () => filled(second));

    worker.freeze();
    const third = await send();
    await until('the api stands in for a frozen worker', () => filled(third));
    expect(told(STANDS_IN)).toBe(2);
    worker.thaw();
    await until('the api steps back for the thawed one', () => told(STEPS_BACK) === 2);
    const fourth = await send();
    await until('the thawed worker works', () => filled(fourth));

    await worker.kill();
    const fifth = await send();
    await until('the api stands in again', () => filled(fifth));
    const log = await venue.log();
    const orders = log.filter(
      ({ kind, outcome, account }) => kind === 'order' && outcome === 'accepted' && account === team.accountId,
    );
    expect(orders).toHaveLength(5);
  }, 150_000);
});
