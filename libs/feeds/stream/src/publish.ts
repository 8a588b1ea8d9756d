import { terminalEvents, type EventFrame, type Message } from '@keelson/contracts';
import type { StepHandler, StepWork } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { eventsOf, stepsOf } from './event.ts';
import { appendEvents, historyOf, receiptOf, type History, type NewEvent } from './publish.store.ts';

/** Takes frames to the gateways after the commit; may lose them, for gateways read holes from Postgres. */
export type FrameSender = (teamId: string, frames: readonly EventFrame[]) => void;

/** Events of a transaction, gathered so that the hot row of offsets is taken once and last. */
const gathered = new WeakMap<Tx, NewEvent[]>();

/** Step publish: events of one commit get the next offsets of their channels, gap-free, in that commit. */
export function publishStep(send: FrameSender): StepHandler<History> {
  return {
    step: 'publish',

    // What the commit itself does is not history: of a signal that is decided in it there is only the receipt.
    prefetch: (tx, signalId, start) => (start === 'decide' ? receiptOf(tx, signalId) : historyOf(tx, signalId)),

    handle(message, history, work) {
      for (const event of eventsOf(message, stepsOf(message, history))) {
        const events = gathered.get(work.tx) ?? appendAtEnd(work, send);
        // Of one order only the newest state of a commit is told: nobody can see the ones between.
        const superseded = events.findIndex((one) => supersedes(event, one));
        if (superseded >= 0) events.splice(superseded, 1);
        events.push(event);
      }
      return [];
    },
  };
}

/** For what is told outside of a signal's way (the trading state): appended at the end of that transaction. */
export function announce(tx: Tx, message: Message): void {
  const events = eventsOf(message, undefined);
  if (events.length > 0) tx.atEnd('offsets', () => void appendEvents(tx, events).catch(() => undefined));
}

/** What is told of many signals at once, each with the times that it passed its steps. */
export interface Told {
  readonly message: Message;
  readonly history: History;
}

/**
 * Step publish for many signals that ended together, in the transaction that ends them: each has its own event. It takes
 * the hot row of offsets, so nothing may follow it there; the frames are to be sent after the commit.
 */
export function publishTogether(tx: Tx, told: readonly Told[]): Promise<readonly EventFrame[]> {
  const events = told.flatMap(({ message, history }) => eventsOf(message, stepsOf(message, history)));
  return events.length === 0 ? Promise.resolve([]) : appendEvents(tx, events);
}

function supersedes(newer: NewEvent, older: NewEvent): boolean {
  if (newer.channel !== 'orders' || older.channel !== 'orders' || isKept(older)) return false;
  return (
    newer.event !== 'order.fill_busted' &&
    newer.data['order_id'] !== undefined &&
    newer.data['order_id'] === older.data['order_id']
  );
}

/** What ended a signal, and what a venue took back, is told for itself. */
function isKept({ event }: NewEvent): boolean {
  return event === 'order.fill_busted' || (terminalEvents as readonly string[]).includes(event);
}

/** The events of a transaction that has none yet. Whoever began them sends all frames when the commit is on disk. */
function appendAtEnd({ tx, teamId, afterCommit }: StepWork, send: FrameSender): NewEvent[] {
  const events: NewEvent[] = [];
  gathered.set(tx, events);
  let frames: Promise<EventFrame[]> | undefined;
  tx.atEnd('offsets', () => {
    frames = appendEvents(tx, events);
    // A failure here fails the commit as well, which is where it is thrown.
    frames.catch(() => undefined);
  });
  afterCommit(async () => send(teamId, await frames!));
  return events;
}
