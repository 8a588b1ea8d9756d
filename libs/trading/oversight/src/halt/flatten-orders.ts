import { deriveId, type Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { FlatteningOrder } from './flatten-plan.ts';
import { insertHaltOrders } from './flatten.store.ts';
import type { Halt, HaltAccount } from './halt.ts';

interface Under {
  readonly halt: Halt;
  readonly account: HaltAccount;
  readonly fence: string;
}

/** Places the flattening orders of an account in one transaction, all or none; see `insertHaltOrders` for when none. */
export async function originateFlattening(
  database: Database,
  { halt, account, fence }: Under,
  plan: readonly (FlatteningOrder & { readonly round: number })[],
): Promise<readonly { readonly signalId: Id; readonly submitMessageId: Id }[]> {
  throw new Error(
    `todo ${String(database)}${String(insertHaltOrders)}${halt.haltId}${account.accountId}${fence}${plan.length}${deriveId('x')}`,
  );
}
