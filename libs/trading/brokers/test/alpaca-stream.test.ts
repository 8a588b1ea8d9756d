import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { OrderTerms } from '@keelson/contracts';
import { until } from '@keelson/testkit/until';
import type { BrokerReport } from '../src/broker.port.ts';
import { eventIds, Listener } from './conformance/harness.ts';
import { alpacaOrder, alpacaVenue, soon, type AlpacaVenue } from './support/alpaca-venue.ts';

const LIMIT: OrderTerms = { type: 'limit', timeInForce: 'gtc', limitPrice: '90' };

let venue: AlpacaVenue;
beforeEach(async () => {
  // As the real venue does: the answer first, what becomes of the order later.
  venue = await alpacaVenue({ requestsPerMinute: 100_000 }, { requestsPerMinute: 100_000 });
});
afterEach(() => venue.close());

async function listen(after?: string): Promise<Listener> {
  const listener = new Listener(venue.broker, after);
  await until(
    () => venue.emulator.listeners,
    (count) => count > 0,
  );
  return listener;
}

async function submit(terms?: OrderTerms): Promise<string> {
  const order = alpacaOrder(terms === undefined ? {} : { terms });
  const outcome = await venue.broker.submit(order, soon());
  expect(outcome).toMatchObject({ outcome: 'accepted', reports: [{ type: 'broker.accepted' }] });
  return order.clientOrderId;
}

async function found(clientOrderId: string): Promise<readonly BrokerReport[]> {
  const outcome = await venue.broker.find(clientOrderId, 'account');
  if (outcome.outcome !== 'found') throw new Error(`expected found, got ${outcome.outcome}`);
  return outcome.reports;
}

async function working(clientOrderId: string): Promise<void> {
  await until(
    () => venue.emulator.order(clientOrderId).status,
    (status) => status === 'new',
  );
}

describe('an order that is answered before it fills', () => {
  it('has the same reports by answer, stream and query', async () => {
    venue.emulator.weather.plan = { fill: 'later', restAfterMs: 5 };
    const listener = await listen();
    const id = await submit();
    const heard = await listener.until(id, 3);
    expect(heard.map(({ type }) => type)).toEqual(['broker.accepted', 'broker.filled', 'broker.filled']);
    expect(await found(id)).toEqual(heard);
    await listener.stop();
  });

  it('that the market refuses is accepted by the answer, and rejected by the stream', async () => {
    venue.emulator.weather.rejectNext = true;
    const listener = await listen();
    const id = await submit();
    const heard = await listener.until(id, 2);
    // A listener that is still reading what it missed may find the end before it is told the beginning.
    expect(heard.map(({ type }) => type).sort()).toEqual(['broker.accepted', 'broker.rejected']);
    expect(await found(id)).toEqual(heard.filter(({ type }) => type === 'broker.rejected'));
    await listener.stop();
  });

  it('is cancelled, expired or replaced under one id each, by stream and query', async () => {
    const listener = await listen();
    const ids = [await submit(LIMIT), await submit(LIMIT), await submit(LIMIT)];
    for (const id of ids) await working(id);
    await venue.broker.cancel(ids[0]!, 'account');
    venue.emulator.market.expire(venue.emulator.order(ids[1]!));
    const { account, ...revision } = alpacaOrder({ terms: LIMIT });
    await venue.broker.replace({ account, clientOrderId: ids[2]!, revision }, soon());
    const ends = ['broker.cancelled', 'broker.expired', 'broker.replaced'];
    for (const [index, id] of ids.entries()) {
      const heard = await listener.until(id, 2);
      expect(heard.at(-1)?.type).toBe(ends[index]);
      expect(await found(id)).toEqual(heard);
    }
    await listener.until(revision.clientOrderId, 1);
    await listener.stop();
  });
});

describe('what the stream did not bring', () => {
  it('is asked for when the connection comes back: fills, ends and new orders, also of days-old orders', async () => {
    const listener = await listen();
    const old = await submit(LIMIT);
    await working(old);
    await listener.until(old, 1);
    await listener.stop();
    const cursor = listener.cursors.at(-1);
    // Nobody listens now.
    venue.emulator.market.fill(venue.emulator.order(old), '4', '90');
    const between = await submit();
    await until(
      () => venue.emulator.order(between).status,
      (status) => status === 'filled',
    );
    venue.emulator.market.settleCancel(venue.emulator.order(old));
    const later = await listen(cursor);
    expect((await later.until(old, 2)).map(({ type }) => type)).toEqual(['broker.filled', 'broker.cancelled']);
    expect((await later.until(between, 2)).map(({ type }) => type)).toEqual(['broker.accepted', 'broker.filled']);
    expect(later.reports).toHaveLength(4);
    await later.stop();
  });

  it('of one order is asked for when a later event of it shows the gap', async () => {
    const listener = await listen();
    const id = await submit(LIMIT);
    await working(id);
    venue.emulator.weather.losesEvents = true;
    venue.emulator.market.fill(venue.emulator.order(id), '3', '90');
    venue.emulator.weather.losesEvents = false;
    venue.emulator.market.fill(venue.emulator.order(id), '7', '89');
    const heard = await listener.until(id, 3);
    expect(heard.slice(1).map(({ payload }) => payload)).toMatchObject([
      { quantity: '3', price: '90', cumulativeQuantity: '3' },
      { quantity: '7', price: '89', cumulativeQuantity: '10' },
    ]);
    await listener.stop();
  });

  it('is waited for while the venue’s activities lag behind its orders', async () => {
    const id = await submit();
    await until(
      () => venue.emulator.order(id).status,
      (status) => status === 'filled',
    );
    venue.emulator.weather.hidesActivities = true;
    expect(await venue.broker.find(id, 'account')).toMatchObject({ outcome: 'unavailable' });
    const asked = venue.emulator.requests.length;
    const listener = new Listener(venue.broker);
    // It has tried at least twice by now, and told nothing that it could not tell whole.
    await until(
      () => venue.emulator.requests.slice(asked).filter(({ path }) => path.includes('activities')).length,
      (count) => count > 4,
    );
    expect(listener.of(id)).toEqual([]);
    venue.emulator.weather.hidesActivities = false;
    expect((await listener.until(id, 2)).map(({ type }) => type)).toEqual(['broker.accepted', 'broker.filled']);
    await listener.stop();
  });

  it('and what it brought twice is handed over once', async () => {
    venue.emulator.weather.repeatsEvents = true;
    venue.emulator.weather.plan = { fill: 'later', restAfterMs: 1 };
    const listener = await listen();
    const ids = [await submit(), await submit(), await submit()];
    for (const id of ids) await listener.until(id, 3);
    expect(new Set(eventIds(listener.reports)).size).toBe(listener.reports.length);
    await listener.stop();
  });
});

it('a stream whose keys are refused tries again, slowly, and tells nothing', async () => {
  const stranger = venue.brokerWith({ secretKey: 'wrong' });
  const stop = new AbortController();
  const reports: BrokerReport[] = [];
  const running = stranger.stream(undefined, async (report) => void reports.push(report), stop.signal);
  await submit();
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort();
  await running;
  expect(reports).toEqual([]);
  expect(venue.emulator.listeners).toBe(0);
});
