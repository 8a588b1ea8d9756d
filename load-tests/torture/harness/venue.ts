import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { venueFolder } from '../../bench/harness/stack.ts';
import type { Fill } from './books.ts';
import type { VenueOrder } from './verdict.ts';

/** A line of the simulated venue's own log. */
export interface VenueLine {
  readonly kind: string;
  readonly type?: string;
  readonly outcome?: string;
  readonly account?: string;
  readonly client_order_id?: string;
  readonly symbol?: string;
  readonly side?: string;
  /** Whole numbers in these runs. */
  readonly quantity?: string;
  /** Of a fill. */
  readonly price?: string;
  /** Of an order: the price of the signal that it came from. */
  readonly reference_price?: string;
  readonly reduce_only?: boolean;
  /** Of a strike: what became of a request that a fault on command met. */
  readonly what?: string;
  readonly at: string;
}

/** Reads what the venue wrote of one account since this was made: the only witness of what left the platform. */
export class VenueWitness {
  readonly #account: string;
  readonly #from = new Map<string, number>();

  constructor(account: string) {
    this.#account = account;
    for (const file of files()) this.#from.set(file, statSync(file).size);
  }

  async lines(): Promise<VenueLine[]> {
    const found: VenueLine[] = [];
    for (const file of files()) {
      const start = this.#from.get(file) ?? 0;
      for await (const line of createInterface({ input: createReadStream(file, { start }) })) {
        if (!line.startsWith('{')) continue;
        const read = JSON.parse(line) as VenueLine;
        if (read.account === this.#account) found.push(read);
      }
    }
    return found;
  }

  /** Milliseconds since the epoch at which orders that open or change a position were taken. */
  async ordersTaken(): Promise<number[]> {
    const lines = await this.lines();
    return lines
      .filter(({ kind, outcome, reduce_only }) => kind === 'order' && outcome === 'accepted' && reduce_only !== true)
      .map(({ at }) => Date.parse(at));
  }

  /** When events of a type happened. */
  async events(type: string): Promise<number[]> {
    const lines = await this.lines();
    return lines.filter((line) => line.kind === 'event' && line.type === type).map(({ at }) => Date.parse(at));
  }

  /** Fills, bought positive and sold negative. */
  async fills(): Promise<{ symbol: string; signed: number; at: number }[]> {
    const lines = await this.lines();
    return lines
      .filter((line) => line.kind === 'event' && line.type === 'filled')
      .map(({ symbol, side, quantity, at }) => ({
        ...{ symbol: symbol ?? '', signed: Number(quantity) * (side === 'sell' ? -1 : 1), at: Date.parse(at) },
      }));
  }
}

/** The orders that were taken, in the form that a verdict weighs; a price names the signal. */
export function venueOrders(lines: readonly VenueLine[]): VenueOrder[] {
  return lines
    .filter(({ kind, outcome }) => kind === 'order' && outcome === 'accepted')
    .map(({ client_order_id, reference_price }) => ({
      clientOrderId: client_order_id ?? 'none',
      price: plain(reference_price ?? 'none'),
    }));
}

export function venueFills(lines: readonly VenueLine[]): Fill[] {
  return lines
    .filter(({ kind, type }) => kind === 'event' && type === 'filled')
    .map(({ client_order_id, quantity, price }) => ({
      clientOrderId: client_order_id ?? 'none',
      ...{ quantity: plain(quantity ?? ''), price: plain(price ?? '') },
    }));
}

/** Decimal text without trailing zeros, as Postgres' trim_scale has it. */
function plain(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}

function files(): string[] {
  if (!existsSync(venueFolder)) return [];
  return readdirSync(venueFolder).flatMap((name) => (name.endsWith('.log') ? [join(venueFolder, name)] : []));
}

/** A command to the venue's desk, past the platform. */
export async function toVenue(address: string, path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${address}${path}`, {
    ...{ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
  });
  if (!answer.ok) throw new Error(`the venue answered ${answer.status} to ${path}: ${await answer.text()}`);
}
