import type { BrokerReport } from '@keelson/brokers';
import { reportMessage } from '@keelson/brokers';
import type { Message } from '@keelson/contracts';
import { Decimal, decimalText, deriveId, type Id } from '@keelson/kernel';
import { insertMessage } from '@keelson/messaging';
import type { Database, Tx } from '@keelson/persistence';
import { acceptedExecution, adoptExecutionIn } from './adopt.ts';
import type { DriftKind } from './kinds.ts';
import { filledReport } from './repair.ts';
import {
  acceptDrift,
  addToBaseline,
  type OpenDrift,
  readDrift,
  retryDrift,
  signalOfExecution,
} from './resolve.store.ts';

/** Whose books an operator believes, and why. */
export interface Resolution {
  readonly teamId: Id;
  readonly driftId: Id;
  readonly accept: 'venue' | 'ours';
  /** What the units of a position that the venue has, and we do not, are valued at; needed for that alone. */
  readonly price?: string | undefined;
  readonly reason: string;
  readonly actor: string;
}

/** What became of it. `waiting`: our books change by the worker's hand in a moment. */
export type Resolved =
  | { readonly outcome: 'accepted'; readonly as: 'accepted_venue' | 'accepted_ours'; readonly waiting: boolean }
  /** It is mended once more, now that something changed. */
  | { readonly outcome: 'retried' }
  | { readonly outcome: 'refused'; readonly because: 'unknown' | 'ended' | 'price_needed' | 'instrument_unknown' };

type Announce = (tx: Tx, message: Message) => void;

/** Kinds that follow from the venue's own reports: believing the venue is mending them again. */
const MENDABLE: ReadonlySet<DriftKind> = new Set([
  ...(['missed_fill', 'partial_fill', 'late_fill', 'cancelled_at_venue', 'extra_fill'] as const),
  ...(['unknown_order', 'wrong_quantity', 'duplicate_fill'] as const),
]);

/**
 * Settles a drift that only a person can. Ours: the difference stays, and is told of no more. Venue: our books become the
 * venue's through the steps that write them always, never by an update. Trading goes on only when somebody resumes it.
 */
export function resolveDrift(database: Database, wanted: Resolution, announce: Announce): Promise<Resolved> {
  return database.transaction(wanted.teamId, async (tx): Promise<Resolved> => {
    const drift = await readDrift(tx, wanted.driftId);
    if (!drift) return { outcome: 'refused', because: 'unknown' };
    if (drift.ended) return { outcome: 'refused', because: 'ended' };
    if (wanted.accept === 'ours') return accept(tx, drift, wanted, announce, false);
    if (MENDABLE.has(drift.kind)) {
      retryDrift(tx, drift.driftId);
      return { outcome: 'retried' };
    }
    return believeVenue(tx, drift, wanted, announce);
  });
}

async function believeVenue(tx: Tx, drift: OpenDrift, wanted: Resolution, announce: Announce): Promise<Resolved> {
  if (drift.kind === 'balance') {
    await addToBaseline(tx, drift.accountId, drift.subject, drift.difference!);
    return accept(tx, drift, wanted, announce, false);
  }
  if (drift.kind === 'vanished_fill') {
    await bust(tx, drift, wanted.reason);
    return accept(tx, drift, wanted, announce, true);
  }
  if (wanted.price === undefined) return { outcome: 'refused', because: 'price_needed' };
  await takePosition(tx, drift, wanted.teamId, wanted.price);
  return accept(tx, drift, wanted, announce, true);
}

/** The fill is taken back, as if the venue had busted it. */
async function bust(tx: Tx, { broker, subject }: OpenDrift, reason: string): Promise<void> {
  const { signalId, clientOrderId } = await signalOfExecution(tx, subject);
  const venueEventId = deriveId('reconciled-bust', broker, subject);
  const payload = { broker, venueEventId, clientOrderId, at: new Date().toISOString(), executionId: subject, reason };
  leave(tx, { type: 'broker.busted', payload }, signalId);
}

/** What the venue holds beyond our books becomes an order of ours, filled at the price that the operator names. */
async function takePosition(tx: Tx, drift: OpenDrift, teamId: Id, price: string): Promise<void> {
  const { accountId, broker, subject: symbol, driftId } = drift;
  const difference = new Decimal(drift.difference!);
  const execution = {
    ...{
      account: accountId,
      executionId: acceptedExecution(driftId),
      venueOrderId: driftId,
      clientOrderId: undefined,
      symbol,
      price,
    },
    side: difference.gt(0) ? ('buy' as const) : ('sell' as const),
    ...{ quantity: decimalText(difference.abs()), fee: undefined, at: new Date().toISOString() },
  };
  const { signalId, clientOrderId } = await adoptExecutionIn(tx, { accountId, teamId, broker }, execution);
  leave(tx, filledReport(broker, clientOrderId, execution), signalId);
}

/** A worker applies it: its sweep finds what no hint told it of. */
function leave(tx: Tx, report: BrokerReport, signalId: Id): void {
  insertMessage(tx, reportMessage(tx.teamId!, report), 'apply', signalId);
}

async function accept(
  tx: Tx,
  { driftId, accountId }: OpenDrift,
  { accept: whose, reason, actor, teamId }: Resolution,
  announce: Announce,
  waiting: boolean,
): Promise<Resolved> {
  const as = whose === 'venue' ? 'accepted_venue' : 'accepted_ours';
  acceptDrift(tx, driftId, { as, reason, actor });
  const payload = { driftId, accountId, as, actor, reason, at: new Date().toISOString() } as const;
  announce(tx, { id: deriveId('drift.ended', driftId), type: 'drift.ended', teamId, key: driftId, payload });
  return { outcome: 'accepted', as, waiting };
}
