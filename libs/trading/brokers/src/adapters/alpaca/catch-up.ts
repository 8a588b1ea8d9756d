import { Decimal } from '@keelson/kernel';
import type { BrokerReport } from '../../broker.port.ts';
import { type AlpacaBooks, isKnown, reasonOf, type Read } from './books.ts';
import type { AlpacaFill, AlpacaOrder, AlpacaUpdate } from './parse.ts';
import type { Progress } from './progress.ts';
import { acceptedOf, cancelRefusedOf, executionOf, filledOf, hasEnded, type Execution } from './reports.ts';

/** Thrown where the venue does not say now what a stream needs to go on: it connects again and asks again. */
export class VenueTrouble extends Error {
  override readonly name = 'VenueTrouble';
}

/**
 * Closes the gap before a connection: looks at every order to which something may have happened since, and hands over
 * what was not handed over yet, in the order in which it happened.
 */
export async function catchUp(books: AlpacaBooks, progress: Progress, isFirst: boolean): Promise<void> {
  progress.catchUp();
  const orders = new Map<string, AlpacaOrder>();
  // A stream without a cursor begins at some day; orders that are older than that and still open belong to it too.
  if (isFirst) for (const order of given(await books.orders('open'))) orders.set(order.id, order);
  for (const order of given(await books.orders('all', progress.ordersFrom))) orders.set(order.id, order);
  const fills = Map.groupBy(given(await books.fills(new Date(progress.eventsFrom))), ({ order_id }) => order_id);
  const missed: BrokerReport[] = [];
  for (const order of orders.values())
    missed.push(...(await missedOf(order, fills.get(order.id) ?? [], books, progress)));
  missed.sort((a, b) => Date.parse(a.payload.at) - Date.parse(b.payload.at));
  for (const report of missed) await progress.hand(report);
  for (const order of orders.values()) progress.note(order);
  progress.caughtUp();
}

async function missedOf(
  order: AlpacaOrder,
  recent: readonly AlpacaFill[],
  books: AlpacaBooks,
  progress: Progress,
): Promise<BrokerReport[]> {
  const isNews = ({ payload }: BrokerReport): boolean => Date.parse(payload.at) >= progress.eventsFrom;
  const known = progress.knows(order);
  const executions = await missedExecutions(order, recent, books, progress);
  const all = given(await books.endings(order));
  const accepted = known || order.status === 'rejected' ? [] : [acceptedOf(order)].filter(isNews);
  const filled = executions.map((execution) => filledOf(order, execution));
  return [...accepted, ...(known ? filled : filled.filter(isNews)), ...(known ? all : all.filter(isNews))];
}

/** Executions beyond what was handed over. Those of the last seconds mostly do; else the order is asked for alone. */
async function missedExecutions(
  order: AlpacaOrder,
  recent: readonly AlpacaFill[],
  books: AlpacaBooks,
  progress: Progress,
): Promise<Execution[]> {
  const before = progress.filledOf(order);
  if (before.gte(order.filled_qty)) return [];
  const lastChange = order.updated_at ?? order.filled_at;
  if (!progress.knows(order) && lastChange !== undefined && Date.parse(lastChange) < progress.eventsFrom) return [];
  const sorted = recent
    .map(executionOf)
    .toSorted((a, b) => new Decimal(a.cumulativeQuantity).cmp(b.cumulativeQuantity));
  const first = sorted[0];
  const joins = first !== undefined && new Decimal(first.cumulativeQuantity).minus(first.quantity).lte(before);
  const isWhole = joins && sorted.at(-1)!.cumulativeQuantity === order.filled_qty;
  const executions = isWhole ? sorted : given(await books.executionsOf(order));
  return executions.filter(({ cumulativeQuantity }) => before.lt(cumulativeQuantity));
}

/** One event of the stream. What it leaves out, or what came before it and was not heard, is asked for. */
export async function handUpdate(update: AlpacaUpdate, books: AlpacaBooks, progress: Progress): Promise<void> {
  const { event, order } = update;
  switch (event) {
    case 'pending_new':
    case 'new':
    case 'accepted':
      if (!progress.knows(order) && !hasEnded(order)) await progress.hand(acceptedOf(order));
      break;
    case 'fill':
    case 'partial_fill':
      await handFills(update, books, progress);
      break;
    case 'canceled':
    case 'expired':
    case 'rejected':
    case 'replaced':
      await handFills(update, books, progress);
      for (const report of given(await books.endings(order))) await progress.hand(report);
      break;
    case 'order_cancel_rejected':
    case 'order_replace_rejected':
      await progress.hand(
        cancelRefusedOf(
          order,
          update.timestamp ?? order.updated_at ?? order.created_at,
          update.reason ?? 'it came too late',
        ),
      );
      break;
    default:
      // Everything else tells of a state between two others.
      break;
  }
  progress.note(order);
}

async function handFills(update: AlpacaUpdate, books: AlpacaBooks, progress: Progress): Promise<void> {
  const { event, order, qty, price, timestamp } = update;
  const before = progress.filledOf(order);
  // Said before: the stream repeats an event now and then.
  if (before.gte(order.filled_qty)) return;
  const isFill = event === 'fill' || event === 'partial_fill';
  if (isFill && qty && price && timestamp && before.plus(qty).eq(order.filled_qty)) {
    const execution = { quantity: qty, price, cumulativeQuantity: order.filled_qty, at: timestamp };
    await progress.hand(filledOf(order, execution));
    return;
  }
  for (const execution of given(await books.executionsOf(order))) {
    if (before.lt(execution.cumulativeQuantity)) await progress.hand(filledOf(order, execution));
  }
}

function given<What>(read: Read<What>): What {
  if (!isKnown(read)) throw new VenueTrouble(reasonOf(read));
  return read.known;
}
