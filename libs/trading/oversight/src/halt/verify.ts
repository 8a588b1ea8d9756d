import { lastOrderOut } from './claims.store.ts';
import { again, noWay, strategyOrders } from './cancel.ts';
import type { AccountProof, Halt, HaltAccount } from './halt.ts';
import { brokerOf, type HaltParts } from './parts.ts';
import type { Attempt } from './phases.ts';
import { accountProof, judge } from './proof.ts';

/** Orders placed up to so long before the request count as "the last order out". */
const LOOK_BACK_MS = 60_000;

/** Reads the venue anew, orders before positions, and says whether that proves the halt. */
export async function verifyAccount(
  parts: HaltParts,
  halt: Halt,
  account: HaltAccount,
): Promise<{ readonly attempt: Attempt; readonly proof?: AccountProof }> {
  const broker = brokerOf(parts, account);
  if (!broker) return { attempt: noWay(account) };
  const own = await strategyOrders(parts, halt, account);
  const orders = await broker.openOrders(account.accountId);
  if (orders.outcome === 'unavailable') return { attempt: again(broker, orders.reason) };
  const positions = await broker.positions(account.accountId);
  if (positions.outcome === 'unavailable') return { attempt: again(broker, positions.reason) };
  const since = new Date(halt.requestedAt.getTime() - LOOK_BACK_MS);
  const last = await parts.database.transaction(account.teamId, (tx) => lastOrderOut(tx, account.accountId, since));
  const seen = { broker: broker.name, orders, positions: positions.positions, own, lastOrderOut: last };
  const attempt = judge(halt, seen);
  return attempt.kind === 'through' ? { attempt, proof: accountProof(seen) } : { attempt };
}
