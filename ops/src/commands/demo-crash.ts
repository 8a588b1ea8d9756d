import { z } from 'zod';
import { fire } from '../crash/barrage.ts';
import { FrameCollector } from '../crash/frame-collector.ts';
import { killInstances } from '../crash/kill.ts';
import { unfinished, untilDone } from '../crash/until-done.ts';
import { logEnds } from '../crash/venue-log.ts';
import { weigh } from '../crash/weigh.ts';
import { demoAccess } from '../flow/access.ts';
import type { SentAlert } from '../flow/alert.ts';
import { openStream } from '../flow/stream.ts';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';

const args = z.object({
  signals: flag(z.coerce.number().int().min(2).max(20_000).default(200), 'how many to send'),
  rate: flag(z.coerce.number().min(1).max(1_000).default(100), 'signals a second'),
  kill: flag(z.array(z.string()).default(['worker', 'redis']), 'services and stores to kill -9 in the middle'),
});

const output = z.object({
  accepted: z.int(),
  refused: z.int(),
  outcomes: z.record(z.string(), z.int()),
  orders_at_venue: z.int(),
  fills_at_venue: z.int(),
  fills_booked: z.int(),
  ledger_sum: z.record(z.string(), z.string()),
  missed_frames: z.int(),
  lost: z.int(),
  doubled: z.int(),
  slowest_ms: z.int(),
  /** Accepted signals without an outcome at the moment of the kill. */
  in_flight_at_kill: z.int(),
  killed: z.array(z.object({ instance: z.string(), pid: z.int() })),
  sound: z.boolean(),
});

interface Run {
  readonly accepted: SentAlert[];
  readonly collector: FrameCollector;
  refused: number;
  inFlight: number;
  killed: { instance: string; pid: number }[];
}

async function send(context: Context, wanted: z.infer<typeof args>, run: Run): Promise<void> {
  const access = await demoAccess(context);
  const client = await openStream(access, {
    channels: ['orders'],
    onLoss: (_channel, offset) => run.collector.lost(offset),
  });
  const following = run.collector.follow(client);
  let killing: Promise<void> | undefined;
  const killNow = async () => {
    run.inFlight = unfinished(run);
    run.killed = await killInstances(context, wanted.kill);
    context.ui.say(`  kill -9 ${run.killed.map(({ instance, pid }) => `${instance} (${pid})`).join(', ')}`);
  };
  try {
    await fire(access, {
      count: wanted.signals,
      perSecond: wanted.rate,
      signal: context.signal,
      onTick: (index) => {
        if (index !== Math.floor(wanted.signals / 2)) return;
        killing = killNow();
        // Awaited below; until then a failure must not count as unhandled.
        killing.catch(() => undefined);
      },
      onAccepted: (sent) => run.accepted.push(sent),
      onRefused: () => (run.refused += 1),
    });
    await killing;
    await untilDone(context, run);
  } finally {
    client.close();
    await following;
  }
}

export const demoCrash = defineCommand({
  name: 'demo crash',
  summary: 'send 200 signals, kill -9 the worker and Redis in the middle, and count what became of them',
  danger: 'changes',
  args,
  examples: ['keelson demo crash', 'keelson demo crash --kill postgres --signals 400'],
  output,
  async run(context, wanted) {
    const ends = logEnds(context.folders.venue);
    const run: Run = { accepted: [], collector: new FrameCollector(), refused: 0, inFlight: 0, killed: [] };
    context.ui.say(
      `Sending ${wanted.signals} signals at ${wanted.rate} a second; ${wanted.kill.join(' and ')} will be killed in the middle`,
    );
    await send(context, wanted, run);
    if (run.accepted.length === 0) {
      throw new Failure('Not one signal was accepted', { code: exitCode.resource, fix: 'keelson signal shows why' });
    }
    const verdict = await weigh(context, { ...run, venueLog: ends });
    return { ...verdict, refused: run.refused, in_flight_at_kill: run.inFlight, killed: run.killed };
  },
  human(result, paint) {
    const good = (right: boolean, text: string) => (right ? paint.good(text) : paint.bad(text));
    const ledger = Object.entries(result.ledger_sum).map(([currency, total]) =>
      good(total === '0', `${total} ${currency}`),
    );
    const outcomes = Object.entries(result.outcomes).map(([event, count]) => `${count} ${event}`);
    return [
      `accepted            ${result.accepted}${result.refused > 0 ? paint.warn(` (${result.refused} refused, so owed nothing)`) : ''}`,
      `in flight at kill   ${result.in_flight_at_kill}`,
      `outcomes            ${outcomes.join(', ')}`,
      `orders at the venue ${result.orders_at_venue} (its own log; ${result.fills_at_venue} fills, ${result.fills_booked} booked)`,
      `ledger sum          ${ledger.join(', ')}`,
      `missed frames       ${good(result.missed_frames === 0, String(result.missed_frames))}`,
      `lost                ${good(result.lost === 0, String(result.lost))}`,
      `doubled             ${good(result.doubled === 0, String(result.doubled))}`,
      `slowest signal      ${result.slowest_ms} ms`,
      result.sound
        ? paint.good('Nothing was lost, nothing was doubled.')
        : paint.bad('Something is wrong: see the red numbers.'),
    ].join('\n');
  },
  exitCode: (result) => (result.sound ? exitCode.success : exitCode.failure),
});
