import type { MessageType } from './message.ts';

/** One row of the pipeline: who does it, what comes in and out, what makes a repetition harmless, what always holds. */
export interface Step {
  readonly step: string;
  /** The library that decides. */
  readonly owner: string;
  readonly consumes: readonly (MessageType | 'webhook' | 'venue stream' | 'venue snapshot' | 'command')[];
  readonly emits: readonly (MessageType | 'frame')[];
  /** Of these, what is rare and always goes through the outbox: its consumers are not read for in every commit. */
  readonly defers?: readonly MessageType[];
  readonly key: string;
  readonly invariant: string;
  /** Where to read it, below the repository's root. */
  readonly source: string;
}

const brokerReports = [
  'broker.accepted',
  'broker.rejected',
  'broker.filled',
  'broker.cancelled',
  'broker.expired',
  'broker.replaced',
  'broker.cancel_refused',
  'broker.busted',
  'broker.corrected',
  'broker.unknown',
  'broker.not_sent',
] as const;
const published = [
  'order.denied',
  'order.changed',
  'order.filled',
  'order.fill_busted',
  'entry.posted',
  'trade.created',
  'trade.updated',
  'trade.closed',
  'trading_state.changed',
  'drift.found',
  'drift.ended',
] as const;

/** The way of a signal. Wiring, docs/life-of-an-order.md, trace names and tests are derived from this table. */
export const flow = [
  {
    step: 'receive',
    owner: 'signals',
    consumes: ['webhook'],
    emits: ['signal.received'],
    key: 'source + explicit id, else hash of the body within 60 seconds',
    invariant: 'committed before the 2xx; a bad key records nothing',
    source: 'libs/trading/signals/src/signals.service.ts',
  },
  {
    step: 'decide',
    owner: 'risk',
    consumes: ['signal.received'],
    emits: ['order.approved', 'order.denied', 'trading_state.changed'],
    key: 'signal id',
    invariant: 'exactly one verdict; an approval reserves its exposure in the same transaction',
    source: 'libs/trading/risk/src/decide.ts',
  },
  {
    step: 'place',
    owner: 'orders',
    consumes: ['order.approved'],
    emits: ['submit_order'],
    key: 'intent id',
    invariant: 'the client order id is a pure function of intent, leg and revision',
    source: 'libs/trading/orders/src/place.ts',
  },
  {
    step: 'route',
    owner: 'brokers',
    consumes: ['submit_order'],
    emits: [...brokerReports],
    key: 'client order id',
    invariant: 'claim committed, then the call with no transaction or connection held, then the record',
    source: 'libs/trading/brokers/src/route.ts',
  },
  {
    step: 'cancel',
    owner: 'brokers',
    consumes: ['cancel_order'],
    emits: [...brokerReports],
    key: 'attempt id',
    invariant: 'repeated until the venue gives a definitive answer: a cancel is idempotent at every venue',
    source: 'libs/trading/brokers/src/cancel.ts',
  },
  {
    step: 'replace',
    owner: 'brokers',
    consumes: ['replace_order'],
    emits: [...brokerReports],
    key: 'client order id of the revision',
    invariant: 'claimed like a submission, and resolved by query: two revisions are never open for the same quantity',
    source: 'libs/trading/brokers/src/replace.ts',
  },
  {
    step: 'listen',
    owner: 'brokers',
    consumes: ['venue stream'],
    emits: [...brokerReports],
    key: 'venue event id',
    invariant: 'leased per venue; fills may come before the accept',
    source: 'libs/trading/brokers/src/listen.ts',
  },
  {
    step: 'reconcile',
    owner: 'oversight',
    consumes: ['venue snapshot'],
    emits: [...brokerReports, 'drift.found', 'drift.ended', 'trading_state.changed'],
    key: 'what differs: account, kind, subject and the facts of both sides',
    invariant:
      'a difference counts when it outlives a second look; nothing is claimed for an account that is not vouched for',
    source: 'libs/trading/oversight/src/reconcile/account-check.ts',
  },
  {
    step: 'apply',
    owner: 'orders',
    consumes: [...brokerReports],
    emits: ['order.changed', 'order.filled', 'order.fill_busted', 'submit_order', 'cancel_order', 'replace_order'],
    defers: ['submit_order', 'cancel_order', 'replace_order'],
    key: 'venue event id',
    invariant: 'only rows of the transition table; a terminal state releases the remainder of the reservation',
    source: 'libs/trading/orders/src/apply.ts',
  },
  {
    step: 'book',
    owner: 'ledger',
    consumes: ['order.filled', 'order.fill_busted'],
    emits: ['entry.posted', 'trade.created', 'trade.updated', 'trade.closed'],
    key: 'fill id',
    invariant: 'postings sum to zero per currency; never updated, only reversed',
    source: 'libs/trading/ledger/src/book.ts',
  },
  {
    step: 'publish',
    owner: 'stream',
    consumes: [...published],
    emits: ['frame'],
    key: 'stream offset',
    invariant: 'gap-free offsets per team and channel; a client resumes from any retained one',
    source: 'libs/feeds/stream/src/publish.ts',
  },
] as const satisfies readonly Step[];

export type StepName = (typeof flow)[number]['step'];

/** The steps that consume a message, in the order of the table: order.filled goes to book, then to publish. */
export function consumersOf(type: MessageType): readonly StepName[] {
  return flow.filter((row) => (row.consumes as readonly string[]).includes(type)).map((row) => row.step);
}
