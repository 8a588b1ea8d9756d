import { type Broker, type BrokerReport, reportMessage } from '@keelson/brokers';
import type { Message } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { adoptedOrderId, adoptExecution, adoptOrder } from './adopt.ts';
import type { Difference } from './difference.ts';
import type { Drift } from './drift.store.ts';
import { filledReport, repairReports } from './repair.ts';
import type { LeasedAccount } from './schedule.store.ts';

/** A proven difference that is to be mended. */
export interface Mending {
  readonly drift: Drift;
  readonly difference: Difference;
}

export interface MendParts {
  readonly database: Database;
  readonly broker: Broker;
  /** Hands what a venue said to apply, as if it had been heard by stream. */
  readonly emit: (teamId: Id, signalId: Id, messages: readonly Message[]) => Promise<unknown>;
}

/** Why drifts could not be mended this time. */
export interface Failure {
  readonly driftIds: readonly Id[];
  readonly problem: string;
}

/** Mends what can be mended; each order by itself, so that one failure holds up nothing else. Returns what failed. */
export async function mend(parts: MendParts, account: LeasedAccount, mendings: readonly Mending[]): Promise<Failure[]> {
  const repairs = mendings.filter(({ drift }) => drift.treatment === 'repair');
  const groups = [...Map.groupBy(repairs, ({ difference }) => difference.order!.orderId).values()];
  // What is left of an order is adopted first: its executions then are fills of it, at the next look.
  const ordersAdopted = new Set(
    mendings.filter(({ difference }) => difference.kind === 'unknown_order').map(({ drift }) => drift.subject),
  );
  const singles = mendings.filter(
    ({ drift, difference }) =>
      (drift.treatment === 'adopt' || drift.treatment === 'cancel') &&
      !(difference.execution && ordersAdopted.has(difference.execution.venueOrderId)),
  );
  const work = [
    ...groups.map((group) => ({ group, done: repairOrder(parts, account, group) })),
    ...singles.map((one) => ({ group: [one], done: takeIn(parts, account, one) })),
  ];
  const ends = await Promise.allSettled(work.map(({ done }) => done));
  return ends.flatMap((end, index) =>
    end.status === 'fulfilled'
      ? []
      : [{ driftIds: work[index]!.group.map(({ drift }) => drift.driftId), problem: (end.reason as Error).message }],
  );
}

/** Asks the venue for all that it says of the order, and tells apply what it lacks. */
async function repairOrder(
  { broker, emit }: MendParts,
  account: LeasedAccount,
  group: readonly Mending[],
): Promise<void> {
  const { clientOrderId, signalId } = group[0]!.difference.order!;
  const found = await broker.find(clientOrderId, account.accountId);
  if (found.outcome === 'unavailable') throw new Error(`The venue did not answer: ${found.reason}`);
  const differences = group.map(({ difference }) => difference);
  const told = found.outcome === 'found' ? found.reports : endOfAdopted(account, differences);
  const reports = repairReports(broker.name, differences, told);
  if (reports.length === 0) throw new Error(`The venue says nothing of order ${clientOrderId} that would mend it`);
  await emit(
    account.teamId,
    signalId,
    reports.map((report) => reportMessage(account.teamId, report)),
  );
}

/** An order that was entered by hand is not found by our name: that it is open no longer is all there is to know. */
function endOfAdopted({ broker }: LeasedAccount, differences: readonly Difference[]): BrokerReport[] {
  const ended = differences.find(({ kind }) => kind === 'cancelled_at_venue');
  const { subject, order } = ended ?? {};
  if (!subject || order?.clientOrderId !== adoptedOrderId(broker, subject)) return [];
  const venueEventId = deriveId('reconciled-end', broker, subject);
  const payload = { broker, venueEventId, clientOrderId: order.clientOrderId, at: new Date().toISOString() };
  return [{ type: 'broker.cancelled', payload: { ...payload, reason: 'not open at the venue any more' } }];
}

async function takeIn(parts: MendParts, account: LeasedAccount, { drift, difference }: Mending): Promise<void> {
  const { database, broker, emit } = parts;
  const { venueOrder, execution } = difference;
  if (drift.treatment === 'cancel') {
    const cancelled = await broker.cancelAtVenue(venueOrder!.venueOrderId, account.accountId);
    if (cancelled.outcome === 'unknown') throw new Error(`The venue did not take the cancel: ${cancelled.reason}`);
  } else if (venueOrder) {
    await adoptOrder(database, account, venueOrder);
  } else {
    const { signalId, clientOrderId } = await adoptExecution(database, account, execution!);
    const filled = reportMessage(account.teamId, filledReport(broker.name, clientOrderId, execution!));
    await emit(account.teamId, signalId, [filled]);
  }
}
