import { flow, terminalEvents, type StepName } from '@keelson/contracts';
import { Decimal, decimalText } from '@keelson/kernel';
import type { OrderRow, StoryRows } from './story.store.ts';

/** Something that a step did or saw. */
export interface Fact {
  readonly what: string;
  /** Milliseconds after the receipt; null where no time was stored. */
  readonly ms: number | null;
  readonly details: Readonly<Record<string, string>>;
}

/** One step of the flow table, with what it left in Postgres and where to read its code. */
export interface Chapter {
  readonly step: StepName;
  readonly source: string;
  readonly facts: readonly Fact[];
}

export interface Story {
  readonly signal_id: string;
  readonly team_id: string;
  /** The terminal event; null while there is none. */
  readonly outcome: string | null;
  /** From the receipt to the terminal frame. */
  readonly total_ms: number | null;
  readonly chapters: readonly Chapter[];
  /** Messages that a step still owes work to. */
  readonly waiting: readonly Fact[];
}

type Clock = (at: Date | null) => number | null;

function details(values: Record<string, unknown>): Record<string, string> {
  const present = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return Object.fromEntries(present.map(([name, value]) => [name, text(value)]));
}

function text(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return JSON.stringify(value);
  const plain = String(value);
  // numeric(30,12) comes with all its zeros.
  return /^-?\d+\.\d+$/.test(plain) ? decimalText(new Decimal(plain)) : plain;
}

function receive({ signal }: StoryRows, clock: Clock): Fact[] {
  const { source, content_type: type, body, sent_at: sent, origin } = signal;
  const { symbol, side, quantity, price, strategy, account_id: account, expires_at: expires } = signal;
  const came =
    origin === 'webhook'
      ? { what: 'receipt', ms: 0, details: details({ source, content_type: type, body, sent }) }
      : { what: `asked for by ${origin}`, ms: 0, details: {} };
  return [
    came,
    {
      what: `signal: ${side} ${text(quantity)} ${symbol}`,
      ms: clock(signal.received_at),
      details: details({ price, strategy, account, expires }),
    },
  ];
}

function decide({ verdict }: StoryRows, clock: Clock): Fact[] {
  if (!verdict) return [];
  const checks = verdict.checks.map(({ check, denied, numbers }) => ({
    what: `check ${check}: ${denied ? `denied (${denied})` : 'passed'}`,
    ms: null,
    details: details(numbers),
  }));
  const what = verdict.approved ? 'approved' : `denied: ${verdict.code}`;
  return [
    ...checks,
    { what, ms: clock(verdict.decided_at), details: details({ halt_generation: verdict.halt_generation }) },
  ];
}

function place({ orders }: StoryRows, clock: Clock): Fact[] {
  return orders.map((order) => ({
    what: order.role === 'entry' ? `order ${order.order_id}` : `${order.role} ${order.order_id}`,
    ms: clock(order.created_at),
    details: details({
      client_order_id: order.client_order_id,
      symbol: order.symbol,
      side: order.side,
      quantity: order.quantity,
      terms: order.terms,
      notional: order.notional,
      leg: order.leg,
      revision: order.revision,
    }),
  }));
}

function route({ orders }: StoryRows, clock: Clock): Fact[] {
  const claimed = orders.filter((order) => order.attempt > 0 || order.submitted_at !== null);
  return claimed.map((order) => ({
    what: `claim for ${order.broker}`,
    ms: clock(order.submitted_at),
    details: details({
      attempt: order.attempt,
      deadline: order.deadline,
      halt_generation: order.halt_generation,
      venue_order_id: order.venue_order_id,
    }),
  }));
}

function cancel({ orders }: StoryRows, clock: Clock): Fact[] {
  const asked = orders.filter((order) => order.cancel_requested_at !== null);
  return asked.map((order) => ({
    what: `order ${order.order_id} shall end`,
    ms: clock(order.cancel_requested_at),
    details: details({ reason: order.cancel_reason, attempt_id: order.attempt_id }),
  }));
}

function replace({ orders }: StoryRows, clock: Clock): Fact[] {
  const revisions = orders.filter((order) => order.replaces !== null);
  return revisions.map((order) => ({
    what: `revision ${order.revision} of leg ${order.leg}`,
    ms: clock(order.created_at),
    details: details({ replaces: order.replaces, quantity: order.quantity, terms: order.terms, status: order.status }),
  }));
}

function listen({ brokerEvents }: StoryRows, clock: Clock): Fact[] {
  return brokerEvents.map(({ type, payload, recorded_at: at, venue_event_id: id }) => ({
    what: type,
    ms: clock(at),
    details: details({
      venue_event_id: id,
      quantity: payload['quantity'],
      price: payload['price'],
      reason: payload['reason'],
      at: payload['at'],
    }),
  }));
}

function averageOf(order: OrderRow): string | undefined {
  const filled = new Decimal(order.filled_quantity);
  return filled.isZero() ? undefined : decimalText(new Decimal(order.filled_value).div(filled).toDecimalPlaces(12));
}

function apply({ orders, fills }: StoryRows, clock: Clock): Fact[] {
  const executed = fills.map((fill) => ({
    what: `fill ${text(fill.quantity)} at ${text(fill.price)}`,
    ms: clock(fill.executed_at),
    details: details({ fill_id: fill.fill_id, fee: fill.fee }),
  }));
  const busts = fills
    .filter((fill) => fill.busted_at !== null)
    .map((fill) => ({
      what: `fill ${text(fill.quantity)} at ${text(fill.price)} taken back by the venue`,
      ms: clock(fill.busted_at),
      details: details({ fill_id: fill.fill_id, reason: fill.bust_reason }),
    }));
  const states = orders.map((order) => ({
    what: `order is ${order.status}`,
    ms: clock(order.completed_at),
    details: details({ filled: order.filled_quantity, average_price: averageOf(order), reason: order.reason }),
  }));
  return [...executed, ...busts, ...states];
}

function book({ postings }: StoryRows, clock: Clock): Fact[] {
  return postings.map((posting) => ({
    what: `${posting.ledger_account} ${text(posting.amount)} ${posting.currency}`,
    ms: clock(posting.posted_at),
    details: details({ entry_id: posting.entry_id, fill_id: posting.fill_id }),
  }));
}

function publish({ frames }: StoryRows, clock: Clock): Fact[] {
  return frames.map(({ channel, stream_offset: offset, event, created_at: at }) => ({
    what: `${event} as ${channel}#${offset}`,
    ms: clock(at),
    details: {},
  }));
}

const tellers: Readonly<Record<StepName, (rows: StoryRows, clock: Clock) => Fact[]>> = {
  receive,
  decide,
  place,
  route,
  cancel,
  replace,
  listen,
  // What it found went the way of every report, and stands among them.
  reconcile: () => [],
  apply,
  book,
  publish,
};

/** A signal's story in the order of the flow table; a step that left nothing has no chapter. */
export function tell(teamId: string, rows: StoryRows): Story {
  const start = rows.signal.received_at.getTime();
  const clock: Clock = (at) => (at === null ? null : at.getTime() - start);
  const chapters = flow.map(({ step, source }) => ({ step, source, facts: tellers[step](rows, clock) }));
  const end = rows.frames.find(
    ({ channel, event }) => channel === 'orders' && (terminalEvents as readonly string[]).includes(event),
  );
  return {
    signal_id: rows.signal.signal_id,
    team_id: teamId,
    outcome: end?.event ?? null,
    total_ms: end ? clock(end.created_at) : null,
    chapters: chapters.filter(({ facts }) => facts.length > 0),
    waiting: rows.waiting.map((row) => ({
      what: `${row.type} waits for ${row.step}`,
      ms: clock(row.created_at),
      details: details({ attempts: row.attempts, owner: row.owner, lease_until: row.lease_until }),
    })),
  };
}
