import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@keelson/testkit';
import { ALL_STEPS, type KillPoint } from './support/pipeline-settings.ts';
import {
  askCancel,
  askReplace,
  eventsAtVenue,
  placeLimit,
  revisionsOf,
  untilStatuses,
  type WorkingOrder,
} from './support/working-order.ts';
import { WorkerProcess } from './support/worker-process.ts';
import { World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
}, 60_000);
afterEach(() => world.venue.reset());
afterAll(() => world.close());

/** An order that the venue has accepted, with nobody alive any more. */
async function standing(): Promise<WorkingOrder> {
  const placing = await world.run({ steps: ['route', 'apply', 'book', 'publish'] });
  const order = await placeLimit(world);
  await untilStatuses(world, order, 'accepted');
  await placing.stop();
  return order;
}

async function nothingWaits(): Promise<void> {
  await until(
    () => world.waiting(),
    (rows) => rows.length === 0,
  );
}

describe('step cancel', () => {
  it('alone asks the venue, and hands its answer to apply', async () => {
    const order = await standing();
    await askCancel(world, order);
    const alone = await world.run({ steps: ['cancel'] });
    await until(
      () => world.waiting(),
      (rows) => rows.some(({ step, type }) => step === 'apply' && type === 'broker.cancelled'),
    );
    await alone.stop();
    expect(alone.errors).toEqual([]);
    expect(await eventsAtVenue(world, order.clientOrderId)).toEqual(['accepted', 'cancelled']);
    const rest = await world.run();
    await untilStatuses(world, order, 'cancelled');
    await nothingWaits();
    await rest.stop();
  }, 60_000);

  it('of an order that filled meanwhile is told as refused, and frees the order of its attempt', async () => {
    const order = await standing();
    await askCancel(world, order);
    await world.venue.post('/v1/control/book', { change: 'fill', order: order.clientOrderId, told: true });
    const running = await world.run();
    const [state] = await untilStatuses(world, order, 'filled');
    await nothingWaits();
    expect((await revisionsOf(world, order))[0]).toMatchObject({ attempt_id: null, filled: 4 });
    expect(state).toMatchObject({ filled: 4 });
    await running.stop();
  }, 60_000);

  it('whose answer is lost is asked again, and ends once', async () => {
    const order = await standing();
    await world.venue.control({ lose_next_replies: 1 });
    await askCancel(world, order);
    const running = await world.run({ steps: ALL_STEPS.filter((step) => step !== 'listen') });
    await untilStatuses(world, order, 'cancelled');
    await nothingWaits();
    await running.stop();
    expect(await eventsAtVenue(world, order.clientOrderId)).toEqual(['accepted', 'cancelled']);
  }, 60_000);

  it('of an order that was not sent yet keeps it from the venue', async () => {
    const order = await placeLimit(world);
    await askCancel(world, order);
    const running = await world.run();
    const [state] = await untilStatuses(world, order, 'cancelled');
    expect(state?.reason).toBe('not sent: it was taken back');
    expect(await eventsAtVenue(world, order.clientOrderId)).toEqual([]);
    await nothingWaits();
    await running.stop();
  }, 60_000);
});

describe('step replace', () => {
  it('puts the revision in the place of the order', async () => {
    const order = await standing();
    await askReplace(world, order, { quantity: '3', limitPrice: '4100' });
    const running = await world.run();
    await untilStatuses(world, order, 'replaced accepted');
    await nothingWaits();
    await running.stop();
    const log = await world.venue.log();
    const revision = log.find((line) => line.kind === 'order' && line['replaces'] === order.clientOrderId);
    expect(revision).toMatchObject({ quantity: '3', limit_price: '4100', type: 'limit', time_in_force: 'gtc' });
    expect(await eventsAtVenue(world, order.clientOrderId)).toEqual(['accepted', 'replaced']);
  }, 60_000);

  it('whose answer is lost is resolved by asking; the venue has one revision', async () => {
    const order = await standing();
    await world.venue.control({ lose_next_replies: 1 });
    await askReplace(world, order, { limitPrice: '4200' });
    const running = await world.run({ steps: ALL_STEPS.filter((step) => step !== 'listen') });
    const [, revision] = await untilStatuses(world, order, 'replaced accepted');
    expect(revision).toMatchObject({ attempt: 1 });
    await nothingWaits();
    await running.stop();
  }, 60_000);

  it('that never arrived is sent again after its deadline', async () => {
    const order = await standing();
    await world.venue.control({ drop_next_requests: 1 });
    await askReplace(world, order, { limitPrice: '4300' });
    const running = await world.run();
    const [, revision] = await untilStatuses(world, order, 'replaced accepted');
    expect(revision).toMatchObject({ attempt: 2 });
    await nothingWaits();
    await running.stop();
  }, 60_000);

  it('that the venue refuses leaves the order as it was', async () => {
    const order = await standing();
    await world.venue.control({ reject_next: 1 });
    await askReplace(world, order, { limitPrice: '4400' });
    const running = await world.run();
    await untilStatuses(world, order, 'accepted rejected');
    await nothingWaits();
    expect((await revisionsOf(world, order))[0]).toMatchObject({ attempt_id: null });
    await running.stop();
  }, 60_000);

  it('of an order that filled meanwhile brings no revision', async () => {
    const order = await standing();
    await askReplace(world, order, { limitPrice: '4500' });
    await world.venue.post('/v1/control/book', { change: 'fill', order: order.clientOrderId, told: true });
    const running = await world.run();
    await untilStatuses(world, order, 'filled rejected');
    await nothingWaits();
    await running.stop();
    const revisions = (await world.venue.log()).filter((line) => line['replaces'] === order.clientOrderId);
    expect(revisions).toEqual([]);
  }, 60_000);
});

/** Cancel and replace commit twice, as route does: the lease or claim, and the record of what the venue said. */
const KILLS = (['cancel', 'replace'] as const).flatMap((step) =>
  (['before-commit', 'after-commit'] as const).flatMap((point) => [1, 2].map((nth) => ({ step, point, nth }))),
);

describe('kill -9 of the worker on either side of a commit', () => {
  it.each(KILLS)(
    '$point number $nth of $step: one answer, one revision',
    async ({ step, point, nth }) => {
      const order = await standing();
      const victim = new WorkerProcess();
      const kill: KillPoint = { point, step, nth };
      await victim.start(world.workerSettings({ fuse: true, kill }));
      if (step === 'cancel') await askCancel(world, order);
      else await askReplace(world, order, { limitPrice: '3900' });
      expect(await victim.ended()).toBe('SIGKILL');
      const heir = await world.run();
      await untilStatuses(world, order, step === 'cancel' ? 'cancelled' : 'replaced accepted');
      await nothingWaits();
      await heir.stop();
      const log = await world.venue.log();
      const ended = step === 'cancel' ? 'cancelled' : 'replaced';
      expect(await eventsAtVenue(world, order.clientOrderId)).toEqual(['accepted', ended]);
      const revisions = log.filter((line) => line.kind === 'order' && line['replaces'] === order.clientOrderId);
      expect(revisions).toHaveLength(step === 'replace' ? 1 : 0);
    },
    60_000,
  );
});
