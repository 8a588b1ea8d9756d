import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { viewOf } from '../src/orders.ts';
import type { EventRecord } from '../src/records.ts';
import { draw, drawInteger } from '../src/draw.ts';
import { type OpenVenue, openVenue, order, submit, untilClosed, withFolder } from './venue.fixture.ts';

function stateOf({ book }: OpenVenue, ids: readonly string[]): unknown {
  const orders = ids.map((id) => book.find(id)).map((found) => found && viewOf(found));
  return {
    orders,
    positions: book.holdings.positions(),
    lastSeq: book.lastSeq,
    price: book.prices.current('AAPL').toFixed(),
  };
}

/** A log of thirty orders, some in two parts and some refused, and the ids in it. */
async function makeLog(file: string): Promise<string[]> {
  const open = openVenue(file, { partial_fill_percent: 50 });
  open.faults.change({ reject_percent: 20 });
  const ids = Array.from({ length: 30 }, (_, index) => `order-${index}`);
  await Promise.all(ids.map((id, index) => submit(open, order(id, { side: index % 3 === 0 ? 'sell' : 'buy' }))));
  await untilClosed(open);
  await open.close();
  return ids;
}

function eventsIn(text: string): EventRecord[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as EventRecord).filter(({ kind }) => kind === 'event');
}

describe('the log', () => {
  it('rebuilds orders, positions, sequence and prices exactly', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const ids = await makeLog(file);
      const first = openVenue(file);
      const state = stateOf(first, ids);
      await first.close();
      const second = openVenue(file);
      expect(stateOf(second, ids)).toEqual(state);
      expect(second.rebuilt).toMatchObject({ orders: 30, tornBytes: 0, logId: first.rebuilt.logId });
      expect(second.book.holdings.positions().length).toBeGreaterThan(0);
      await second.close();
    });
  });

  it('has what is answered before it is answered', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const open = openVenue(file, { partial_fill_percent: 100, latency_ms: { min: 60_000, max: 60_000 } });
      const { events } = await submit(open, order('first'));
      expect(eventsIn(readFileSync(file, 'utf8'))).toMatchObject(events);
      const cancelled = await open.venue.cancel(open.book.find('first'));
      expect(readFileSync(file, 'utf8')).toContain('"type":"cancelled"');
      expect(await open.venue.find('first')).toEqual(cancelled);
      await open.close();
    });
  });

  it('cut at any byte loses no whole line, and every order in it is carried to its planned end', async () => {
    await withFolder(async (folder) => {
      await makeLog(join(folder, 'whole.log'));
      const whole = await readFile(join(folder, 'whole.log'));
      const headerEnd = whole.indexOf(0x0a) + 1;
      for (let round = 0; round < 60; round += 1) {
        const cut = drawInteger(headerEnd, whole.length, draw(1, 'cut', String(round)));
        const file = join(folder, `cut-${round}.log`);
        await writeFile(file, whole.subarray(0, cut));
        const open = openVenue(file);
        await untilClosed(open);
        await open.close();
        const kept = eventsIn(whole.subarray(0, whole.lastIndexOf(0x0a, cut - 1) + 1).toString());
        const text = await readFile(file, 'utf8');
        const events = eventsIn(text);
        expect(events.slice(0, kept.length)).toEqual(kept);
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
        expect(new Set(events.map(({ event_id: id }) => id)).size).toBe(events.length);
        expect(text.endsWith('\n')).toBe(true);
        for (const { client_order_id: id } of events) {
          expect(['filled', 'rejected']).toContain(open.book.find(id!)?.status);
        }
      }
    });
  });

  it('notes a torn last line and goes on without it', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const ids = await makeLog(file);
      const before = await readFile(file, 'utf8');
      await writeFile(file, `${before}{"kind":"order","outco`);
      const open = openVenue(file);
      expect(open.rebuilt.tornBytes).toBe(22);
      await submit(open, order('after'));
      await open.close();
      const after = await readFile(file, 'utf8');
      expect(after.startsWith(before)).toBe(true);
      expect(after.slice(before.length)).toContain('"kind":"note","text":"cut off a torn last line of 22 bytes"');
      const again = openVenue(file);
      expect(again.rebuilt.orders).toBe(ids.length + 1);
      await again.close();
    });
  });

  it('damaged in the middle is refused with the number of the line', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      await makeLog(file);
      const lines = (await readFile(file, 'utf8')).split('\n');
      for (const [damage, why] of [
        [lines.with(4, 'no JSON'), /^Line 5 of PAPER_LOG_FILE is damaged/],
        [lines.toSpliced(2, 1), /without a gap|was booked before/],
        [lines.slice(1), /has no header line|is damaged/],
      ] as const) {
        await writeFile(file, damage.join('\n'));
        expect(() => openVenue(file)).toThrow(why);
      }
    });
  });

  it('flushed to the disk on demand says the same as without', async () => {
    await withFolder(async (folder) => {
      const file = join(folder, 'venue.log');
      const open = openVenue(file, { partial_fill_percent: 100 }, true);
      const ids = Array.from({ length: 20 }, (_, index) => `order-${index}`);
      await Promise.all(ids.map((id) => submit(open, order(id))));
      await untilClosed(open);
      await open.log.written();
      const seen = open.log.readAfter(0, 1_000);
      await open.close();
      expect(seen).toHaveLength(60);
      expect(eventsIn(await readFile(file, 'utf8'))).toEqual(seen.map((line) => JSON.parse(line) as EventRecord));
    });
  });

  it('gives a new log ids that no other log has given', async () => {
    await withFolder(async (folder) => {
      const first = openVenue(join(folder, 'first.log'));
      const second = openVenue(join(folder, 'second.log'));
      const told = [await submit(first, order('same')), await submit(second, order('same'))];
      expect(told[0]!.order.venue_order_id).not.toBe(told[1]!.order.venue_order_id);
      expect(told[0]!.events[0]!.event_id).not.toBe(told[1]!.events[0]!.event_id);
      await Promise.all([first.close(), second.close()]);
    });
  });
});
