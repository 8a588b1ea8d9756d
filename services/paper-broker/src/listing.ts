import type { Book } from './book.ts';
import { eventRecord, type EventRecord, type SilentRecord } from './records.ts';
import type { VenueLog } from './venue-log.ts';

/** An execution as the venue's books have it now. */
export interface ExecutionView {
  readonly execution_id: string;
  readonly venue_order_id: string;
  readonly client_order_id?: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  readonly price: string;
  readonly fee?: string;
  readonly at: string;
}

/** One page of an account's executions: busted ones are left out, corrected ones are as corrected. */
export async function listExecutions(
  book: Book,
  log: VenueLog,
  { account, since, skip, limit }: { account: string; since: string; skip: number; limit: number },
): Promise<{ readonly executions: ExecutionView[]; readonly more: boolean }> {
  await log.written();
  const places = book.executions.since(account, Date.parse(since), skip, limit);
  const records = places.map((place) =>
    typeof place === 'number' ? eventRecord.parse(JSON.parse(log.readAfter(place - 1, 1)[0]!)) : place,
  );
  return { executions: records.flatMap((record) => viewOf(record, book)), more: places.length === limit };
}

function viewOf(record: EventRecord | SilentRecord, book: Book): ExecutionView[] {
  const { execution_id, event_id, venue_order_id, client_order_id, account, symbol, side, fee, at } = record;
  const { quantity = '0', price = '0', type } = record;
  const id = execution_id ?? event_id;
  const amendment = type === 'filled' ? book.executions.amendment(id) : undefined;
  if (amendment === 'busted') return [];
  return [
    {
      execution_id: id,
      venue_order_id,
      ...(client_order_id === undefined ? {} : { client_order_id }),
      ...{ account, symbol, side, quantity, price, ...amendment },
      ...(fee === undefined ? {} : { fee }),
      at,
    },
  ];
}
