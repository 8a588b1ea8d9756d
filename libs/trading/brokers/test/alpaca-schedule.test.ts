import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RequestSchedule, type Urgency } from '../src/adapters/alpaca/schedule.ts';
import { alpacaOrder, alpacaVenue } from './support/alpaca-venue.ts';

describe('the schedule of requests', () => {
  let schedule: RequestSchedule;
  let gone: { urgency: Urgency; at: number }[];
  let start: number;

  beforeEach(() => {
    jest.useFakeTimers();
    schedule = new RequestSchedule(20);
    gone = [];
    start = Date.now();
  });
  afterEach(() => {
    schedule.close();
    jest.useRealTimers();
  });

  function ask(urgency: Urgency, count: number, withinMs = 600_000): Promise<boolean>[] {
    return Array.from({ length: count }, async () => {
      const went = await schedule.turn(urgency, Date.now() + withinMs);
      if (went) gone.push({ urgency, at: Date.now() - start });
      return went;
    });
  }

  const counts = (): Record<Urgency, number> => ({
    cancel: gone.filter(({ urgency }) => urgency === 'cancel').length,
    query: gone.filter(({ urgency }) => urgency === 'query').length,
    submit: gone.filter(({ urgency }) => urgency === 'submit').length,
  });

  it('keeps a part of each minute for queries and another for cancels', async () => {
    void ask('submit', 50);
    await jest.advanceTimersByTimeAsync(0);
    expect(counts()).toEqual({ cancel: 0, query: 0, submit: 17 });
    void ask('query', 50);
    await jest.advanceTimersByTimeAsync(0);
    expect(counts()).toEqual({ cancel: 0, query: 2, submit: 17 });
    void ask('cancel', 50);
    await jest.advanceTimersByTimeAsync(0);
    expect(counts()).toEqual({ cancel: 1, query: 2, submit: 17 });
  });

  it('lets go cancels, then queries, then submissions when there is room again', async () => {
    void ask('submit', 20);
    await jest.advanceTimersByTimeAsync(30_000);
    void [...ask('submit', 5), ...ask('query', 12), ...ask('cancel', 9)];
    await jest.advanceTimersByTimeAsync(29_999);
    // Two queries and a cancel were still possible in the first minute.
    expect(counts()).toEqual({ cancel: 1, query: 2, submit: 17 });
    gone.length = 0;
    await jest.advanceTimersByTimeAsync(1);
    expect(gone.map(({ urgency }) => urgency)).toEqual([
      ...Array<Urgency>(8).fill('cancel'),
      ...Array<Urgency>(8).fill('query'),
    ]);
  });

  it('never lets more go in any minute than is allowed', async () => {
    for (let second = 0; second < 300; second += 1) {
      void [...ask('submit', 1), ...ask('query', 1), ...ask('cancel', 1)];
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(gone.length).toBeGreaterThan(90);
    for (const { at } of gone) {
      expect(gone.filter((other) => other.at >= at && other.at < at + 60_000).length).toBeLessThanOrEqual(20);
    }
  });

  it('tells a request that its time is up, at that time', async () => {
    void ask('submit', 20);
    const late = ask('submit', 1, 250);
    await jest.advanceTimersByTimeAsync(250);
    expect(await late[0]).toBe(false);
    expect(await ask('query', 1, 0)[0]).toBe(false);
  });

  it('sends nothing until the reset that a refusal named, then goes on', async () => {
    schedule.refusedUntil(Date.now() + 5_000);
    void ask('cancel', 1);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(gone).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(gone).toEqual([{ urgency: 'cancel', at: 5_000 }]);
  });

  it('leaves what others left of the allowance to what is urgent', async () => {
    schedule.heard({ remaining: 2, resetAt: Date.now() + 5_000 });
    void [...ask('submit', 1), ...ask('query', 1), ...ask('cancel', 1)];
    await jest.advanceTimersByTimeAsync(0);
    expect(counts()).toEqual({ cancel: 1, query: 1, submit: 0 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(counts()).toEqual({ cancel: 1, query: 1, submit: 1 });
  });
});

describe('the venue’s allowance', () => {
  it('is never overrun, and a submission that cannot go in time is not sent', async () => {
    const venue = await alpacaVenue({ requestsPerMinute: 20, plan: { fill: 'never' } }, { requestsPerMinute: 20 });
    const { broker, emulator } = venue;
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => broker.submit(alpacaOrder(), new Date(Date.now() + 300))),
    );
    expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(17);
    expect(outcomes.filter((one) => one.outcome === 'not_sent' && one.cause === 'deadline_passed')).toHaveLength(13);
    const open = [...emulator.book.orders.values()][0]!;
    expect(await broker.cancelAll('account', { keepReduceOnly: false })).toEqual({ outcome: 'requested', count: 17 });
    expect(open.status).toBe('canceled');
    expect(emulator.requests.filter(({ status }) => status === 429)).toEqual([]);
    await venue.close();
  });

  it('overrun by somebody else: a question waits for the reset, a submission is given back', async () => {
    const venue = await alpacaVenue();
    const { broker, emulator } = venue;
    const reset = Math.ceil(Date.now() / 1_000) + 1;
    const limited = { kind: 'answer', status: 429, headers: { 'x-ratelimit-reset': String(reset) } } as const;
    emulator.weather.next({ does: limited });
    expect(await broker.balances('account')).toMatchObject({ outcome: 'known' });
    expect(Date.now()).toBeGreaterThanOrEqual(reset * 1_000);
    emulator.weather.next({ does: limited });
    expect(await broker.submit(alpacaOrder(), new Date(Date.now() + 1_000))).toMatchObject({
      outcome: 'not_sent',
      cause: 'unreachable',
    });
    expect(emulator.book.orders.size).toBe(0);
    await venue.close();
  });
});
