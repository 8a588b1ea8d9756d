import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { venueFolder } from './stack.ts';

/** Where the venue's own log files end, by file. */
export type LogEnds = ReadonlyMap<string, number>;

function logFiles(): string[] {
  if (!existsSync(venueFolder)) return [];
  return readdirSync(venueFolder).flatMap((name) => (name.endsWith('.log') ? [join(venueFolder, name)] : []));
}

export function venueLogEnds(): LogEnds {
  return new Map(logFiles().map((file) => [file, statSync(file).size]));
}

/** What happened at the venue by its own log, which nothing of the platform writes. */
export interface VenueCounts {
  orders: number;
  /** Orders beyond the first of a client order id. */
  doubled: number;
  fills: number;
  filledQuantity: number;
}

/** Counts what the venue wrote for these accounts since then. Quantities of the loads are whole numbers. */
export async function venueCounts(accounts: ReadonlySet<string>, since: LogEnds): Promise<VenueCounts> {
  const counts = { orders: 0, doubled: 0, fills: 0, filledQuantity: 0 };
  const seen = new Set<unknown>();
  for await (const record of recordsSince(since)) {
    if (!accounts.has(String(record['account']))) continue;
    if (record['kind'] === 'order' && record['outcome'] === 'accepted') {
      counts.orders += 1;
      if (seen.has(record['client_order_id'])) counts.doubled += 1;
      seen.add(record['client_order_id']);
    } else if (record['kind'] === 'event' && record['type'] === 'filled') {
      counts.fills += 1;
      counts.filledQuantity += Number(record['quantity']);
    }
  }
  return counts;
}

/** When each order reached the venue, by its own log and clock: milliseconds since 1970 by client order id. */
export async function venueArrivals(
  accounts: ReadonlySet<string>,
  since: LogEnds,
): Promise<ReadonlyMap<string, number>> {
  const arrivals = new Map<string, number>();
  for await (const record of recordsSince(since)) {
    if (record['kind'] !== 'order' || !accounts.has(String(record['account']))) continue;
    const id = String(record['client_order_id']);
    if (!arrivals.has(id)) arrivals.set(id, Date.parse(String(record['at'])));
  }
  return arrivals;
}

async function* recordsSince(since: LogEnds): AsyncGenerator<Record<string, unknown>> {
  for (const file of logFiles()) {
    for await (const line of createInterface({ input: createReadStream(file, { start: since.get(file) ?? 0 }) })) {
      if (line.startsWith('{')) yield JSON.parse(line) as Record<string, unknown>;
    }
  }
}
