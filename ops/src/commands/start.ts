import { z } from 'zod';
import { curlLine, demoAccess, pageAddress } from '../flow/access.ts';
import { drawHops, outcomeOf } from '../flow/draw-journey.ts';
import { type Journey, travel } from '../flow/journey.ts';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { runTasks, type TaskReport } from '../framework/tasks.ts';
import { type BringUp, bringUpTasks } from '../stack/bring-up.ts';
import { requireStatus, addressOf } from '../stack/status.ts';

const firstAlert = { ticker: 'CME_MINI:NQ1!', action: 'buy', quantity: '1', price: '21000.25' } as const;

const output = z.object({
  stack: z.string(),
  /** "8 created, 1 updated", or "no changes". */
  changes: z.string(),
  seconds: z.number(),
  api: z.url(),
  page: z.url(),
  stream: z.url(),
  /** A line for a shell that sends a signal. */
  curl: z.string(),
  /** The signal that was sent on the way; null when nothing had changed. */
  signal: z.object({ signal_id: z.string(), outcome: z.string(), total_ms: z.number() }).nullable(),
});

/** Sends the first signal and draws what happens while it happens. */
async function sendFirstSignal(context: Context, report: TaskReport): Promise<Journey> {
  const { paint } = context.ui;
  const journey = await travel(await demoAccess(context), firstAlert, {
    signal: context.signal,
    onAccepted: ({ acceptedMs }) =>
      report.line(`${acceptedMs.toFixed(1).padStart(7)} ms  accepted: receipt and message are on disk`),
    onEvent: (event, ms) => report.line(`${ms.toFixed(1).padStart(7)} ms  ${event}`),
  });
  for (const line of drawHops(journey.hops, paint)) report.line(line);
  report.line(outcomeOf(journey, paint));
  return journey;
}

export const start = defineCommand({
  name: 'start',
  summary: 'bring the stack up by `pulumi up`, wait until it is ready, and send one signal through it',
  danger: 'changes',
  args: z.object({
    signal: flag(
      z.enum(['auto', 'always', 'never']).default('auto'),
      'send the first signal; auto: when something changed',
    ),
  }),
  examples: ['npm start', 'KEELSON_PORT_BASE=4000 npm start', 'keelson start --signal always'],
  output,
  async run(context, args) {
    const started = performance.now();
    const shared: BringUp = { changes: undefined };
    let journey: Journey | undefined;
    const firstSignal = {
      title: 'First signal',
      async run(report: TaskReport) {
        const unchanged = shared.changes === 'no changes';
        if (args.signal === 'never' || (args.signal === 'auto' && unchanged))
          return 'not needed; keelson signal sends one';
        journey = await sendFirstSignal(context, report);
        return `${journey.total_ms.toFixed(1)} ms from the webhook to the fill on the stream`;
      },
    };
    await runTasks(context, [...bringUpTasks(context, shared), firstSignal]);
    const access = await demoAccess(context);
    return {
      stack: context.stack,
      changes: shared.changes ?? 'no changes',
      seconds: Math.round((performance.now() - started) / 100) / 10,
      api: addressOf(requireStatus(context.folders, context.stack), 'api'),
      page: pageAddress(access),
      stream: access.stream_url,
      curl: curlLine(access),
      signal: journey ? { signal_id: journey.signal_id, outcome: journey.outcome, total_ms: journey.total_ms } : null,
    };
  },
  human: (result, paint) =>
    [
      '',
      `${paint.good('Keelson runs')} ${paint.dim(`(stack ${result.stack}: ${result.changes}, ${result.seconds} s)`)}`,
      '',
      `  ${paint.bold('Page')}    ${result.page}`,
      `  ${paint.bold('API')}     ${result.api}`,
      `  ${paint.bold('Stream')}  ${result.stream}`,
      '',
      `  ${paint.bold('Send a signal')}   ${result.curl}`,
      ...(result.signal ? [`  ${paint.bold('Its story')}       npx keelson explain ${result.signal.signal_id}`] : []),
      `  ${paint.bold('Watch')}           npx keelson tail, npx keelson logs -f, npx keelson status`,
      `  ${paint.bold('Crash it')}        npx keelson demo crash`,
      `  ${paint.bold('Stop')}            npm stop (keeps the data)`,
    ].join('\n'),
});
