import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@keelson/kernel';
import { until } from '@keelson/testkit';
import { Book } from '../src/book.ts';
import { Desk } from '../src/desk.ts';
import { type BaseBehaviour, Faults } from '../src/faults.ts';
import type { OrderView } from '../src/orders.ts';
import { PriceSource } from '../src/prices.ts';
import { type Rebuilt, rebuild } from '../src/rebuild.ts';
import type { EventRecord } from '../src/records.ts';
import type { OrderRequest } from '../src/requests.ts';
import { VenueLog } from '../src/venue-log.ts';
import { Venue } from '../src/venue.ts';

/** The venue's parts on a real file, without HTTP around them. */
export interface OpenVenue {
  readonly venue: Venue;
  readonly desk: Desk;
  readonly book: Book;
  readonly faults: Faults;
  readonly log: VenueLog;
  readonly rebuilt: Rebuilt;
  close(): Promise<void>;
}

export type Told = { readonly order: OrderView; readonly events: Omit<EventRecord, 'kind'>[] };

export function openVenue(file: string, behaviour: Partial<BaseBehaviour> = {}, sync = false): OpenVenue {
  const configured = { seed: 1, latency_ms: { min: 0, max: 0 }, partial_fill_percent: 0, ...behaviour };
  const prices = new PriceSource(configured.seed);
  const log = new VenueLog(file, sync);
  const book = new Book(prices);
  const faults = new Faults(configured);
  const rebuilt = rebuild(log, book, systemClock);
  const parts = { book, log, faults, clock: systemClock, logId: rebuilt.logId };
  const venue = new Venue(parts);
  faults.onChange(({ seed }) => venue.reseed(seed));
  venue.reseed(configured.seed);
  venue.resume();
  const close = async (): Promise<void> => {
    venue.close();
    await log.close();
  };
  return { venue, desk: new Desk(parts, venue), book, faults, log, rebuilt, close };
}

export async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'keelson-venue-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

export function order(id: string, change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    client_order_id: id,
    account: 'account',
    symbol: 'AAPL',
    side: 'buy',
    type: 'market',
    quantity: '10',
    reference_price: '100',
    deadline: new Date(Date.now() + 60_000).toISOString(),
    ...change,
  };
}

/** Submits and returns what was told; throws when the venue did not take the order. */
export async function submit({ venue }: OpenVenue, request: OrderRequest): Promise<Told> {
  const answer = await venue.submit(request, 0);
  if (answer.outcome !== 'done') throw new Error(`the venue said ${answer.outcome}`);
  return JSON.parse(answer.text) as Told;
}

export async function untilClosed({ book }: OpenVenue): Promise<void> {
  await until(
    () => book.openOrders().length,
    (open) => open === 0,
  );
}
