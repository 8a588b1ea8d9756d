import type { EventFrame } from '@keelson/contracts';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';
import type { DemoAccess } from './access.ts';
import { type Alert, now, sendAlert, type SentAlert } from './alert.ts';
import { isTerminal, openStream } from './stream.ts';

/** Times that a terminal frame carries; see libs/feeds/stream/src/event.ts. */
const steps = z.looseObject({
  received_at: z.iso.datetime().optional(),
  decided_at: z.iso.datetime().optional(),
  submitted_at: z.iso.datetime().optional(),
  answered_at: z.iso.datetime().optional(),
  booked_at: z.iso.datetime().optional(),
});

/** One part of a signal's way, named after the steps of the flow table that it holds. */
export interface Hop {
  readonly step: string;
  readonly ms: number;
}

export interface Journey {
  readonly signal_id: string;
  /** The terminal event. */
  readonly outcome: string;
  /** From sending to the 202, by this machine's clock. */
  readonly accepted_ms: number;
  /** From sending to the terminal frame, by this machine's clock. */
  readonly total_ms: number;
  readonly hops: readonly Hop[];
  /** The frame's own data: order, quantities, price, or the reason. */
  readonly order: Record<string, unknown>;
}

const marks = [
  ['receive', 'received_at'],
  ['decide', 'decided_at'],
  ['place', 'submitted_at'],
  ['route + listen', 'answered_at'],
  ['apply + book', 'booked_at'],
] as const;

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/**
 * The time between neighbouring marks. Times that were stored have whole milliseconds, so a hop may come out a
 * millisecond short and its neighbour long; below zero is zero.
 */
export function hopsOf(frame: EventFrame, sentAt: number, arrivedAt: number): Hop[] {
  const times = steps.safeParse(frame.data['steps']);
  const hops: Hop[] = [];
  let before = sentAt;
  for (const [step, field] of marks) {
    const at = times.success ? times.data[field] : undefined;
    if (typeof at !== 'string') continue;
    const time = Math.max(before, Date.parse(at));
    hops.push({ step, ms: round(time - before) });
    before = time;
  }
  return [...hops, { step: 'publish', ms: round(Math.max(0, arrivedAt - before)) }];
}

export interface JourneyOptions {
  readonly signal: AbortSignal;
  /** Each event of the signal as it arrives, with milliseconds since it was sent. */
  readonly onEvent?: (event: string, ms: number) => void;
  readonly onAccepted?: (sent: SentAlert) => void;
  readonly withinMs?: number;
}

/** Sends an alert and follows it on the stream to its end. Throws a Failure with how to look further when there is none. */
export async function travel(access: DemoAccess, alert: Alert, options: JourneyOptions): Promise<Journey> {
  const withinMs = options.withinMs ?? 15_000;
  const client = await openStream(access, { channels: ['orders'] });
  const timer = setTimeout(() => client.close(), withinMs);
  const stop = () => client.close();
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const sent = await sendAlert(access, alert);
    options.onAccepted?.(sent);
    for await (const frame of client) {
      if (frame.data.signal_id !== sent.signalId) continue;
      const arrivedAt = now();
      options.onEvent?.(frame.event, round(arrivedAt - sent.sentAt));
      if (isTerminal(frame)) return journeyOf(sent, frame, arrivedAt);
    }
    throw new Failure(`Signal ${sent.signalId} had no outcome within ${withinMs / 1_000} s`, {
      code: options.signal.aborted ? exitCode.cancelled : exitCode.timeout,
      fix: `keelson explain ${sent.signalId}`,
      runbook: 'runbooks/signals/SignalBacklogGrowing.md',
    });
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', stop);
    client.close();
  }
}

function journeyOf(sent: SentAlert, frame: EventFrame, arrivedAt: number): Journey {
  const { signal_id: _signal, at: _at, steps: _steps, ...order } = frame.data;
  return {
    signal_id: sent.signalId,
    outcome: frame.event,
    accepted_ms: round(sent.acceptedMs),
    total_ms: round(arrivedAt - sent.sentAt),
    hops: hopsOf(frame, sent.sentAt, arrivedAt),
    order,
  };
}
