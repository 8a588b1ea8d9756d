import { Counter, Rate, Trend } from 'k6/metrics';
import type { Tally } from './tally.ts';

const acceptedMs = new Trend('webhook_accepted_ms', true);
const frameMs = new Trend('signal_frame_ms', true);
const lagMs = new Trend('generator_lag_ms', true);
const webhookFailed = new Rate('webhook_failed');
const signalFailed = new Rate('signal_failed');
const sent = new Counter('signals_sent');
const accepted = new Counter('signals_accepted');
const lost = new Counter('signals_lost');
const doubled = new Counter('signals_doubled');
const unfilled = new Counter('signals_unfilled');
const missed = new Counter('frames_missed');

/** Hands a team's tally to k6. Latencies of the warm-up are left out, its losses and doubles are not. */
export function report(tally: Tally): void {
  for (const { send, dueAt, sentAt, acceptedAt, endedAt, outcome } of tally.records) {
    webhookFailed.add(acceptedAt === undefined);
    sent.add(1);
    if (send.counted) lagMs.add(sentAt - dueAt);
    if (acceptedAt === undefined) continue;
    accepted.add(1);
    signalFailed.add(outcome === undefined);
    lost.add(outcome === undefined ? 1 : 0);
    unfilled.add(outcome !== undefined && outcome !== 'order.filled' ? 1 : 0);
    if (!send.counted) continue;
    acceptedMs.add(acceptedAt - dueAt);
    if (endedAt !== undefined) frameMs.add(endedAt - dueAt);
  }
  doubled.add(tally.doubled);
  missed.add(tally.missed);
}
