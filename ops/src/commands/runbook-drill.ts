import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@keelson/persistence';
import { alerts } from '@keelson/runbooks';
import { z } from 'zod';
import { fire } from '../crash/barrage.ts';
import { FrameCollector } from '../crash/frame-collector.ts';
import { type Underway, untilDone } from '../crash/until-done.ts';
import { logEnds } from '../crash/venue-log.ts';
import { weigh } from '../crash/weigh.ts';
import { type DemoAccess, demoAccess } from '../flow/access.ts';
import { openStream } from '../flow/stream.ts';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { inject } from '../runbook/fault.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { type AlertList, readAlerts } from '../trading/alerts.ts';
import { pageRun, runbookRun } from './runbook-run.ts';

const FIRES_WITHIN_MS = 45_000;
const LOOK_EVERY_MS = 250;
const SIGNALS = 20;
const SIGNALS_PER_SECOND = 10;

const output = z.object({
  alert: z.string(),
  fault: z.string(),
  /** From the fault to the firing alert, and from there to the page's last cell. */
  fired_after_ms: z.int(),
  page_ms: z.int(),
  page: pageRun,
  /** Of the signals that were sent while the fault was in place. */
  accepted: z.int(),
  outcomes: z.record(z.string(), z.int()),
  lost: z.int(),
  doubled: z.int(),
  sound: z.boolean(),
  passed: z.boolean(),
});
type Standing = AlertList['alerts'][number];

async function standingOf(db: Database, name: string): Promise<Standing | undefined> {
  const { alerts: found } = await readAlerts(db, () => null);
  return found.find((alert) => alert.name === name);
}

/** A drill that starts while something is wrong would show nothing. */
async function requireCalm(context: Context, name: string): Promise<void> {
  const standing = await withDatabase(context, (db) => standingOf(db, name));
  if (standing?.state === 'inactive' && !standing.stale) return;
  const what = !standing
    ? 'was never evaluated'
    : standing.stale
      ? 'is not evaluated any more'
      : `is ${standing.state}`;
  throw new Failure(`No drill now: ${name} ${what}`, { code: exitCode.resource, fix: `keelson runbook show ${name}` });
}

function untilFiring(context: Context, name: string): Promise<void> {
  const until = Date.now() + FIRES_WITHIN_MS;
  return withDatabase(context, async (db) => {
    while ((await standingOf(db, name))?.state !== 'firing') {
      if (Date.now() > until || context.signal.aborted) {
        throw new Failure(`${name} did not fire within ${FIRES_WITHIN_MS / 1_000} s of its fault`, {
          code: context.signal.aborted ? exitCode.cancelled : exitCode.timeout,
          fix: 'compare metric and threshold of the alert with its drill; keelson alerts shows the value',
        });
      }
      await sleep(LOOK_EVERY_MS);
    }
  });
}

/** Sends signals into the fault, and goes on when all are accepted. */
function sendSignals(context: Context, access: DemoAccess, accepted: Underway['accepted'][number][]): Promise<void> {
  return fire(access, {
    count: SIGNALS,
    perSecond: SIGNALS_PER_SECOND,
    signal: context.signal,
    onAccepted: (sent) => accepted.push(sent),
    onRefused: (reason) => context.ui.warn(`a signal was refused: ${reason}`),
  });
}

interface Rehearsal {
  readonly fault: string;
  readonly fired_after_ms: number;
  readonly page_ms: number;
  readonly page: z.output<typeof pageRun>;
}

/** Fault, signals, alert, page; then the fault is taken back, whatever happened. */
async function rehearse(
  context: Context,
  alert: (typeof alerts)[number],
  send: () => Promise<void>,
): Promise<Rehearsal> {
  const { ui } = context;
  const started = performance.now();
  const injected = await inject(context, alert.drill);
  ui.say(`${ui.paint.bold('Fault')} · ${injected.what}`);
  try {
    await send();
    await untilFiring(context, alert.name);
    const fired = performance.now();
    ui.say(`${ui.paint.bold('Alert')} · fires after ${((fired - started) / 1_000).toFixed(1)} s`);
    const page = pageRun.parse(await runbookRun.run(context, { name: alert.name, cell: [], input: [] }));
    const round = Math.round;
    return {
      fault: injected.what,
      fired_after_ms: round(fired - started),
      page_ms: round(performance.now() - fired),
      page,
    };
  } finally {
    await injected.undo();
  }
}

export const runbookDrill = defineCommand({
  name: 'runbook drill',
  summary: 'inject the fault of an alert, see it fire, run its page, and see that the page mends it',
  danger: 'dangerous',
  args: z.object({ name: positional(z.enum(alerts.map((alert) => alert.name)), 'name of the alert') }),
  examples: ['keelson runbook drill SignalBacklogGrowing'],
  output,
  async run(context, args) {
    const alert = alerts.find(({ name }) => name === args.name)!;
    await context.ui.confirm(`Break stack ${context.stack} on purpose?`, 'refuse');
    await requireCalm(context, alert.name);
    const access = await demoAccess(context);
    const venueLog = logEnds(context.folders.venue);
    const run = { accepted: [] as Underway['accepted'][number][], collector: new FrameCollector() };
    const client = await openStream(access, {
      channels: ['orders'],
      onLoss: (_channel, offset) => run.collector.lost(offset),
    });
    const following = run.collector.follow(client);
    let rehearsal: Rehearsal;
    try {
      rehearsal = await rehearse(context, alert, () => sendSignals(context, access, run.accepted));
      await untilDone(context, run);
    } finally {
      client.close();
      await following;
    }
    const { accepted, outcomes, lost, doubled, sound } = await weigh(context, { ...run, venueLog });
    const passed = rehearsal.page.passed && sound && accepted === SIGNALS;
    const result = { alert: alert.name, ...rehearsal, accepted, outcomes, lost, doubled, sound, passed };
    const { page, ...details } = result;
    await recordOperation(context, {
      action: 'runbook.drill',
      subject: alert.name,
      details: { ...details, page: page.passed },
    });
    return result;
  },
  human({ alert, passed, page, fired_after_ms: fired, page_ms: mended, accepted, outcomes, lost, doubled }, paint) {
    const failed = page.cells.find((cell) => cell.state === 'failed');
    const ends = Object.entries(outcomes).map(([event, count]) => `${count} ${event}`);
    return [
      `fault to alert  ${(fired / 1_000).toFixed(1)} s`,
      `page            ${failed ? paint.bad(`${failed.name} failed: ${failed.reason}`) : `${(mended / 1_000).toFixed(1)} s`}`,
      `signals         ${accepted} accepted: ${ends.join(', ')}; ${lost} lost, ${doubled} doubled`,
      passed
        ? paint.good(`✔ The page of ${alert} does what it says.`)
        : paint.bad(`✖ The page of ${alert} does not mend its own fault.`),
    ].join('\n');
  },
  exitCode: ({ passed }) => (passed ? exitCode.success : exitCode.failure),
});
