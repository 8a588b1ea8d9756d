import { none, type ResultRow } from '../../bench/harness/result.ts';
import type { BooksAfter, Fill } from './books.ts';
import type { DeliveryLine } from './deliver.ts';

export interface VenueOrder {
  readonly clientOrderId: string;
  /** The price of the signal that it came from. */
  readonly price: string;
}

/** What three witnesses wrote, none of which can see the others: the sender, the venue's own log, the books. */
export interface Evidence {
  readonly deliveries: readonly DeliveryLine[];
  readonly venueOrders: readonly VenueOrder[];
  readonly venueFills: readonly Fill[];
  readonly books: BooksAfter;
}

/** What was wrong, each with what names it, for the checker's log. */
export interface Wrongs {
  /** Accepted, and nothing ever came of it. */
  readonly lost: readonly string[];
  readonly endedTwice: readonly string[];
  /** One signal, repeated, was answered with two names. */
  readonly namedTwice: readonly string[];
  readonly wronglyAccepted: readonly string[];
  readonly duplicateOrders: readonly string[];
  readonly ordersOfRefused: readonly string[];
  readonly ordersOfNobody: readonly string[];
  readonly filledUnbooked: readonly string[];
  readonly bookedUnfilled: readonly string[];
}

/**
 * Only 4xx says that nothing was recorded. A 5xx leaves it open, like no answer at all: Postgres may have committed, and
 * died before it could say so. A sender repeats such a delivery, and the platform knows it for the same.
 */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500;
}

/** Weighs the evidence. Pure, so that a test can show that it finds what is wrong. */
export function weigh({ deliveries, venueOrders, venueFills, books }: Evidence): Wrongs {
  const signals = [...Map.groupBy(deliveries, ({ price }) => price)].map(([price, copies]) => ({
    ...{ price, kind: copies[0]!.kind },
    names: [...new Set(copies.flatMap(({ signal_id }) => signal_id ?? []))],
    answered: copies.every(({ status = 0 }) => isRefusal(status)),
  }));
  const endings = (name: string): readonly string[] => books.endings.get(name) ?? [];
  const accepted = signals.filter(({ names }) => names.length > 0);
  const refusable = signals.filter(({ kind }) => kind === 'wrong_key' || kind === 'unknown_symbol');
  // Refused by a definite answer to every copy, refused by risk, or of a kind that nobody may accept.
  const refused = new Set(
    signals
      .filter(
        ({ kind, names, answered }) =>
          kind !== 'good' ||
          (names.length === 0 && answered) ||
          names.some((name) => endings(name).includes('order.denied')),
      )
      .map(({ price }) => price),
  );
  const orders = Map.groupBy(venueOrders, ({ price }) => price);
  const known = new Set(signals.map(({ price }) => price));
  const [atVenue, booked] = [countFills(venueFills), countFills(books.fills)];
  return {
    lost: accepted.flatMap(({ names }) => names.filter((name) => endings(name).length === 0)),
    endedTwice: accepted.flatMap(({ names }) => names.filter((name) => endings(name).length > 1)),
    namedTwice: accepted.filter(({ names }) => names.length > 1).map(({ price }) => price),
    wronglyAccepted: refusable.filter(({ names }) => names.length > 0).map(({ price }) => price),
    duplicateOrders: [...orders].flatMap(([price, some]) => some.slice(1).map(() => price)),
    ordersOfRefused: [...orders.keys()].filter((price) => refused.has(price)),
    ordersOfNobody: [...orders.keys()].filter((price) => !known.has(price)),
    filledUnbooked: excess(atVenue, booked),
    bookedUnfilled: excess(booked, atVenue),
  };
}

function countFills(fills: readonly Fill[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { clientOrderId, quantity, price } of fills) {
    const name = `${clientOrderId} ${quantity} @ ${price}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function excess(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): string[] {
  return [...left].filter(([name, count]) => count > (right.get(name) ?? 0)).map(([name]) => name);
}

/** The rows of the page. */
export function rowsOf(title: string, wrongs: Wrongs, books: BooksAfter): ResultRow[] {
  return [
    none(`${title}: what was accepted`, {
      lost: wrongs.lost.length,
      'ended twice': wrongs.endedTwice.length,
      'named twice': wrongs.namedTwice.length,
      'dead letters': books.deadLetters,
    }),
    none(`${title}: by the venue's own log`, {
      'duplicate orders': wrongs.duplicateOrders.length,
      'orders for refused signals': wrongs.ordersOfRefused.length,
      'orders of nobody': wrongs.ordersOfNobody.length,
    }),
    none(`${title}: signals that nobody may accept`, { accepted: wrongs.wronglyAccepted.length }),
    none(`${title}: the ledger`, {
      'currencies that do not sum to zero': books.unbalanced,
      'fills of the venue that are not booked': wrongs.filledUnbooked.length,
      'booked fills that the venue has not': wrongs.bookedUnfilled.length,
    }),
  ];
}
