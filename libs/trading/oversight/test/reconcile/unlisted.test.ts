import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readBooks } from '../../src/reconcile/books.store.ts';
import { Desk } from './desk.ts';

const EVER = new Date(0);

let desk: Desk;
beforeAll(async () => {
  desk = await Desk.open();
}, 60_000);
afterAll(() => desk.close());

it('has the fills of a symbol that no instrument names, as a halt closes such positions too', async () => {
  const order = await desk.place({ quantity: '1' });
  const [execution] = await desk.executionsOf(order);
  await desk.database.admin(`update keelson.orders set symbol = 'NOBODYS' where client_order_id = $1`, [
    order.clientOrderId,
  ]);
  const { teamId, accountId } = desk.team;
  const { fills } = await desk.database.db.transaction(teamId, (tx) =>
    readBooks(tx, {
      ...{ accountId, broker: 'paper', working: undefined, ordersSince: EVER, clientOrderIds: [], fillsSince: EVER },
      ...{ lookedForMs: 0, futuresInFull: true },
    }),
  );
  expect(fills).toMatchObject([{ executionId: execution, symbol: 'NOBODYS', margined: false }]);
});
