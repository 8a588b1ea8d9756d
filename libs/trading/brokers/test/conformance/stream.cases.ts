import { describe, expect, it } from '@jest/globals';
import type { BrokerReport } from '../../src/broker.port.ts';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import { deadlineIn, eventIds, Listener, orderFor, type VenueUnderTest } from './harness.ts';

type Venue = () => VenueUnderTest;

/** BC-30 to BC-36: the venue's stream of events. */
export function streamCases(venue: Venue, { resumesStreams }: BrokerCapabilities): void {
  describe('stream', () => {
    continuityCases(venue, resumesStreams ? it : it.skip);
    listenerCases(venue);
  });
}

async function submit(venue: VenueUnderTest): Promise<{ id: string; reports: readonly BrokerReport[] }> {
  const order = orderFor(venue);
  const outcome = await venue.broker.submit(order, deadlineIn(2_000));
  if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
  return { id: order.clientOrderId, reports: outcome.reports };
}

function continuityCases(venue: Venue, resumes: typeof it | typeof it.skip): void {
  it('BC-30 an event is the same report by answer, by query and by stream', async () => {
    const listener = new Listener(venue().broker);
    const { id, reports } = await submit(venue());
    expect(await listener.until(id, 2)).toEqual(reports);
    expect(await venue().broker.find(id, venue().account)).toEqual({ outcome: 'found', reports });
    await listener.stop();
  });

  resumes('BC-31 a stream from a cursor gives exactly what came after it, in order', async () => {
    const { id: first } = await submit(venue());
    const listener = new Listener(venue().broker);
    await listener.until(first, 2);
    await listener.stop();
    const missed = [await submit(venue()), await submit(venue()), await submit(venue())];
    const later = new Listener(venue().broker, listener.cursors.at(-1));
    await later.until(missed[2]!.id, 2);
    await later.stop();
    expect(later.reports).toEqual(missed.flatMap(({ reports }) => reports));
  });

  resumes('BC-32 a cut stream comes back by itself, without loss or repetition', async () => {
    const listener = new Listener(venue().broker);
    const before = await submit(venue());
    await listener.until(before.id, 2);
    await venue().setAvailable(false);
    await venue().setAvailable(true);
    const after = [await submit(venue()), await submit(venue())];
    await listener.until(after[1]!.id, 2);
    await listener.stop();
    expect(new Set(eventIds(listener.reports)).size).toBe(listener.reports.length);
    expect(listener.reports.slice(-6)).toEqual([before, ...after].flatMap(({ reports }) => reports));
  });

  resumes('BC-33 a crash of the venue loses and renames no event, and open orders go on', async () => {
    const listener = new Listener(venue().broker);
    await venue().fillInTwoParts(300);
    const open = await submit(venue());
    await listener.until(open.id, 2);
    await venue().crash();
    await venue().restart();
    const reports = await listener.until(open.id, 3);
    await listener.stop();
    expect(reports.slice(0, 2)).toEqual(open.reports);
    expect(reports[2]).toMatchObject({ type: 'broker.filled', payload: { cumulativeQuantity: '10' } });
    expect(new Set(eventIds(listener.reports)).size).toBe(listener.reports.length);
    const all = new Listener(venue().broker);
    await all.until(open.id, 3);
    await all.stop();
    expect(eventIds(all.reports)).toEqual(eventIds(listener.reports));
  });

  resumes('BC-36 a cursor of another log is refused, since events may be missing', async () => {
    const foreign = venue().broker.stream('no-such-log:1', async () => {}, new AbortController().signal);
    await expect(foreign).rejects.toMatchObject({ name: 'BrokerError', code: 'cursor_lost' });
  });
}

function listenerCases(venue: Venue): void {
  it('BC-34 a listener that fails ends the stream with its error; the event is given again', async () => {
    const { id } = await submit(venue());
    const refused: string[] = [];
    const failing = venue().broker.stream(
      undefined,
      async (report) => {
        refused.push(report.payload.venueEventId);
        throw new Error('the database is away');
      },
      new AbortController().signal,
    );
    await expect(failing).rejects.toThrow('the database is away');
    expect(refused).toHaveLength(1);
    const again = new Listener(venue().broker);
    await again.until(id, 2);
    await again.stop();
    expect(again.reports[0]?.payload.venueEventId).toBe(refused[0]);
  });

  it('BC-35 one event is handed over at a time', async () => {
    const { id } = await submit(venue());
    const stop = new AbortController();
    let inside = 0;
    let most = 0;
    await venue().broker.stream(
      undefined,
      async ({ type, payload }) => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inside -= 1;
        if (payload.clientOrderId === id && type === 'broker.filled') stop.abort();
      },
      stop.signal,
    );
    expect(most).toBe(1);
  });
}
