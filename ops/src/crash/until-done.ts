import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../framework/context.ts';
import type { SentAlert } from '../flow/alert.ts';
import type { FrameCollector } from './frame-collector.ts';

const DONE_WITHIN_MS = 60_000;

/** What was sent, and what the stream has told of it so far. */
export interface Underway {
  readonly accepted: readonly SentAlert[];
  readonly collector: FrameCollector;
}

/** Accepted signals that have no outcome yet. */
export function unfinished({ accepted, collector }: Underway): number {
  return accepted.filter(({ signalId }) => !collector.endings.has(signalId)).length;
}

/** Waits until every accepted signal has its end, or time is up. */
export async function untilDone(context: Context, run: Underway): Promise<void> {
  const until = Date.now() + DONE_WITHIN_MS;
  let spoke = Date.now();
  while (unfinished(run) > 0 && Date.now() < until && !context.signal.aborted) {
    await sleep(20);
    if (Date.now() - spoke < 2_000) continue;
    spoke = Date.now();
    context.ui.say(`  … ${unfinished(run)} of ${run.accepted.length} still on their way`);
  }
  // A double would come right behind the first.
  await sleep(300);
}
