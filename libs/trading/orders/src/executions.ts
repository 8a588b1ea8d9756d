import type { Message } from '@keelson/contracts';
import { Decimal, deriveId, type Id, ZERO } from '@keelson/kernel';

/** Reports about an execution. */
export type ExecutionEvent = Message<'broker.filled' | 'broker.busted' | 'broker.corrected'>;

/** The part of an execution report that counts here; also read back from the table of events. */
export type ExecutionReport = Pick<ExecutionEvent, 'type'> & {
  readonly payload: {
    readonly broker: string;
    readonly venueEventId: string;
    readonly at: string;
    readonly executionId?: string | undefined;
    readonly quantity?: string;
    readonly price?: string;
    readonly fee?: string | undefined;
  };
};

/** A fill as it is booked. */
export interface Booking {
  readonly fillId: Id;
  readonly executionId: string;
  readonly quantity: Decimal;
  readonly price: Decimal;
  readonly fee: string | undefined;
  readonly at: string;
}

/** What is known of one execution. */
export interface Execution {
  /** The fill that stands for it now; none once it is busted, or before its fill is heard. */
  readonly booked: Booking | undefined;
  /** The most that it ever was: so much of the order is used up by it, whatever was taken back. */
  readonly executed: Decimal;
  readonly busted: boolean;
  readonly heard: boolean;
  /** The venue's time and id of the newest correction. */
  readonly corrected: string | undefined;
}

/** What a report changes: at most one fill goes, at most one comes. */
export interface Amendment {
  readonly execution: Execution;
  readonly reverses: Booking | undefined;
  readonly books: Booking | undefined;
}

const NOTHING: Execution = { booked: undefined, executed: ZERO, busted: false, heard: false, corrected: undefined };

/** By which name a report speaks of its execution. */
export function executionIdOf({ payload }: ExecutionReport): string {
  return payload.executionId ?? payload.venueEventId;
}

/**
 * Takes a report into what is known of its execution. The end depends on which reports came, not on their order: a bust
 * is final, the newest correction counts, and a fill that comes after either changes nothing any more.
 */
export function amend(known: Execution | undefined, report: ExecutionReport): Amendment {
  const before = known ?? NOTHING;
  if (report.type === 'broker.busted') {
    return { execution: { ...before, booked: undefined, busted: true }, reverses: before.booked, books: undefined };
  }
  const said = bookingOf(report);
  const executed = Decimal.max(before.executed, said.quantity);
  if (report.type === 'broker.filled') return hear(before, said, executed);
  const corrected = `${new Date(report.payload.at).toISOString()} ${report.payload.venueEventId}`;
  if (before.corrected !== undefined && before.corrected >= corrected) {
    return { execution: { ...before, executed }, reverses: undefined, books: undefined };
  }
  const books = before.busted ? undefined : said;
  const execution = { ...before, executed, corrected, booked: books };
  return { execution, reverses: before.booked, books };
}

/** An execution is heard once: a second fill of the same name under another event id is the same fill. */
function hear(before: Execution, said: Booking, executed: Decimal): Amendment {
  const settled = before.heard || before.busted || before.corrected !== undefined;
  const execution = { ...before, heard: true, executed: before.heard ? before.executed : executed };
  if (settled) return { execution, reverses: undefined, books: undefined };
  return { execution: { ...execution, booked: said }, reverses: undefined, books: said };
}

function bookingOf(report: ExecutionReport): Booking {
  const { broker, venueEventId, quantity, price, fee, at } = report.payload;
  return {
    fillId: deriveId('fill', broker, venueEventId),
    executionId: executionIdOf(report),
    quantity: new Decimal(quantity!),
    price: new Decimal(price!),
    fee,
    at,
  };
}
