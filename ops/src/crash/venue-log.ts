import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Decimal } from '@keelson/kernel';

/** Where the venue's log files end at a moment, in bytes. */
export type LogEnds = ReadonlyMap<string, number>;

/** What the venue wrote of one client order id. */
export interface VenueOrder {
  /** Orders that the venue took under this id; more than one is a double. */
  readonly orders: number;
  readonly fills: number;
  readonly filled: Decimal;
}

function logFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder).flatMap((file) =>
    file.endsWith('.jsonl') || file.endsWith('.log') ? [join(folder, file)] : [],
  );
}

export function logEnds(folder: string): LogEnds {
  return new Map(logFiles(folder).map((file) => [file, statSync(file).size]));
}

/**
 * What the venue itself wrote since a moment, by client order id. Its log is read as a stranger's: only the fields that
 * are counted are looked at.
 */
export async function venueOrders(folder: string, since: LogEnds): Promise<ReadonlyMap<string, VenueOrder>> {
  const found = new Map<string, VenueOrder>();
  for (const file of logFiles(folder)) {
    const lines = createInterface({ input: createReadStream(file, { start: since.get(file) ?? 0 }) });
    for await (const line of lines) if (line.startsWith('{')) count(found, JSON.parse(line) as Record<string, unknown>);
  }
  return found;
}

function count(found: Map<string, VenueOrder>, record: Record<string, unknown>): void {
  const id = record['client_order_id'];
  if (typeof id !== 'string') return;
  const before = found.get(id) ?? { orders: 0, fills: 0, filled: new Decimal(0) };
  if (record['kind'] === 'order' && record['outcome'] === 'accepted') {
    found.set(id, { ...before, orders: before.orders + 1 });
  } else if (record['kind'] === 'event' && record['type'] === 'filled') {
    const filled = before.filled.plus(String(record['quantity']));
    found.set(id, { ...before, fills: before.fills + 1, filled });
  }
}
