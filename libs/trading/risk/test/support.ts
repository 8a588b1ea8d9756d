import type { Message } from '@keelson/contracts';
import { deriveId, type Id, newId } from '@keelson/kernel';
import type { StepWork } from '@keelson/messaging';
import type { Database, Tx } from '@keelson/persistence';
import type { SeededTeam, TestDatabase } from '@keelson/testkit';
import { makeDecide } from '../src/decide.ts';

export interface Order {
  readonly quantity: string;
  readonly price?: string;
  readonly side?: 'buy' | 'sell';
  readonly strategy?: string;
  readonly reduceOnly?: boolean;
}

/** A signal as step receive commits it; its message is handed back. */
export async function receive(
  { admin }: TestDatabase,
  team: SeededTeam,
  order: Order,
): Promise<Message<'signal.received'>> {
  const { quantity, price = '5000', side = 'buy', strategy = 'test', reduceOnly = false } = order;
  const signalId = newId();
  await admin(
    `insert into keelson.signals (signal_id, team_id, origin, account_id, strategy, symbol, side, quantity, price,
                                  reduce_only, sender_id, received_at, expires_at)
     values ($1::uuid, $2, 'operator', $3, $4, $5, $6, $7, $8, $9, $1::text, now(), now() + interval '60 seconds')`,
    [signalId, team.teamId, team.accountId, strategy, team.symbol, side, quantity, price, reduceOnly],
  );
  const at = new Date();
  return {
    id: deriveId('signal.received', signalId),
    type: 'signal.received',
    teamId: team.teamId,
    key: signalId,
    payload: {
      ...{ signalId, accountId: team.accountId, strategy, symbol: team.symbol, side, quantity, price },
      ...{ receivedAt: at.toISOString(), expiresAt: new Date(at.getTime() + 60_000).toISOString() },
    },
  };
}

/** One for all tests of a file, as a process has: what it remembers of limits must not go stale. */
const step = makeDecide();

/** Decides a signal as the flow does; `between` runs after everything is read and before anything is written. */
export function decideIn(
  database: Database,
  message: Message<'signal.received'>,
  between: () => Promise<void> = () => Promise.resolve(),
  decide = step,
): Promise<readonly Message[]> {
  const { teamId } = message;
  const signalId: Id = message.payload.signalId;
  return database.transaction(teamId, async (tx: Tx) => {
    const context = await decide.prefetch(tx, signalId, 'decide');
    await between();
    const work: StepWork = { tx, teamId, signalId, afterCommit: () => undefined };
    return decide.handle(message, context, work);
  });
}

/** As the flow does: what another approval made fall is decided anew. */
export async function decideUntilDone(
  database: Database,
  message: Message<'signal.received'>,
): Promise<readonly Message[]> {
  for (;;) {
    try {
      return await decideIn(database, message);
    } catch (error) {
      if ((error as { code?: string }).code !== 'KE010') throw error;
    }
  }
}

/** An open order for a signal, as place leaves it: what it may still buy or sell, and what it has reserved. */
export async function placeOrder(
  { admin }: TestDatabase,
  message: Message<'signal.received'>,
  order: { readonly reserved: string; readonly role?: string },
): Promise<Id> {
  const { signalId, accountId, symbol, side, quantity, price } = message.payload;
  const [orderId, intentId] = [newId(), deriveId('intent', signalId)];
  await admin(
    `insert into keelson.intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [intentId, message.teamId, signalId, accountId, symbol, side, quantity, order.reserved],
  );
  await admin(
    `insert into keelson.orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id,
                                 symbol, side, type, quantity, reference_price, multiplier, currency, status, reserved,
                                 expires_at, role)
     values ($1::uuid, $2, $3, $1::uuid, $4, $5, 'paper', $1::text, $6, $7, 'market', $8, $9, 50, 'USD', 'accepted', $10, now(), $11)`,
    [
      ...[orderId, message.teamId, intentId, signalId, accountId, symbol, side, quantity, price],
      ...[order.reserved, order.role ?? 'entry'],
    ],
  );
  return orderId;
}

/** Ends an order as apply does at a terminal state. */
export async function endOrder({ admin }: TestDatabase, orderId: Id): Promise<void> {
  await admin(
    `update keelson.orders set status = 'cancelled', reserved = 0, completed_at = now() where order_id = $1`,
    [orderId],
  );
}

/** Sets what the account holds of its symbol, and the exposure with it. */
export async function hold({ admin }: TestDatabase, team: SeededTeam, quantity: string): Promise<void> {
  await admin(
    `insert into keelson.positions (account_id, symbol, team_id, quantity, average_price, cost)
     values ($1, $2, $3, $4, 5000, abs($4::numeric) * 250000)
     on conflict (account_id, symbol) do update set quantity = excluded.quantity, cost = excluded.cost`,
    [team.accountId, team.symbol, team.teamId, quantity],
  );
  await admin(
    `update keelson.exposures set held = abs($2::numeric) * 250000 where account_id = $1 and scope = 'account'`,
    [team.accountId, quantity],
  );
}

/** Held and reserved by scope. */
export async function exposureOf({ admin }: TestDatabase, { accountId }: SeededTeam, scope = 'account') {
  const [row] = await admin<{ held: string; reserved: string }>(
    `select held::float8::text as held, reserved::float8::text as reserved
       from keelson.exposures where account_id = $1 and scope = $2`,
    [accountId, scope],
  );
  return row;
}
