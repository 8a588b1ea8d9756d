import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LoopbackBroker } from '@keelson/brokers';
import { permitted } from '@keelson/pipeline';
import { World } from './support/world.ts';

describe('the two switches for real money', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  }, 60_000);
  afterAll(() => world.close());

  it('the environment’s alone keeps a live venue from being put together', () => {
    const { capabilities } = new LoopbackBroker();
    const live = Object.assign(new LoopbackBroker(), { capabilities: { ...capabilities, live: true } });
    expect(() => permitted([live], false)).toThrow('LIVE_TRADING=on');
    expect(permitted([live], true)).toEqual([live]);
  });

  it('the account’s alone keeps its orders from a venue of the other kind, and nothing is sent', async () => {
    await world.database.admin(`update keelson.accounts set mode = 'live' where account_id = $1`, [
      world.team.accountId,
    ]);
    const running = await world.run({ liveTrading: true });
    await world.accept();
    expect(await world.settled()).toMatchObject({ ended: { 'order.rejected': 1 }, ordersAtVenue: 0, reserved: 0 });
    const [order] = await world.database.admin<{ reason: string }>('select reason from keelson.orders');
    expect(order?.reason).toContain('set to live trading');
    await running.stop();
  }, 60_000);
});
