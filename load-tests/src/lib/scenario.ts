import { fail } from 'k6';
import execution from 'k6/execution';
import { type TeamAccess, readTeams } from './access.ts';
import { alertBody, alertOf } from './alerts.ts';
import { type LoadShape, type PlannedSend, sendsOf, startAtMs } from './load-shape.ts';
import { report } from './metrics.ts';
import { openStream } from './stream.ts';
import { Tally } from './tally.ts';
import { type Targets, thresholdsOf } from './targets.ts';
import { postAlert } from './webhook.ts';

const teams = readTeams();
/** k6 resolves to an address; `open` wants a path, in which a space is a space. */
function pathOf(file: string): string {
  return decodeURIComponent(import.meta.resolve(file)).replace('file://', '');
}

const targets = JSON.parse(open(pathOf('../../targets.json'))) as Targets;
const seed = Number(__ENV['SEED'] ?? 1);
const run = __ENV['RUN'] ?? `${Date.now().toString(36)}`;

const START_AT_MS = startAtMs(teams.length);
/** Longest wait for the frames of what was sent. */
const SETTLE_MS = 15_000;
/** A second frame of a signal would come right behind the first. */
const LINGER_MS = 500;

const now = (): number => execution.instance.currentTestRunDuration;
const until = (at: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, at - now())));

/** One VU per team, each with one event loop for its requests and its stream: one clock for both. */
export function optionsFor(shape: LoadShape): object {
  const seconds = START_AT_MS / 1_000 + shape.warmUpSeconds + shape.seconds + SETTLE_MS / 1_000 + 5;
  return {
    scenarios: {
      signals: {
        executor: 'per-vu-iterations',
        vus: teams.length,
        iterations: 1,
        maxDuration: `${Math.ceil(seconds)}s`,
      },
    },
    thresholds: thresholdsOf(targets, Number(__ENV['LATENCY_SLACK'] ?? 1)),
    summaryTrendStats: ['min', 'med', 'p(95)', 'p(99)', 'max'],
    systemTags: ['status', 'error'],
  };
}

async function sendOne(team: TeamAccess, tally: Tally, send: PlannedSend, dueAt: number): Promise<void> {
  const record = tally.sent(send, dueAt, now());
  const body = alertBody(team.webhook_key, `${run}-${send.index}`, alertOf(seed, send.index));
  const signalId = await postAlert(team, body);
  if (signalId !== undefined) tally.accepted(record, signalId, now());
}

/** Sends at the planned instants, whether earlier ones are answered or not; resolves when all are answered. */
async function sendAll(team: TeamAccess, tally: Tally, sends: readonly PlannedSend[]): Promise<void> {
  const answers: Promise<void>[] = [];
  for (const send of sends) {
    const dueAt = START_AT_MS + send.dueMs;
    await until(dueAt);
    answers.push(sendOne(team, tally, send, dueAt));
  }
  await Promise.all(answers);
}

async function settle(tally: Tally): Promise<void> {
  const deadline = now() + SETTLE_MS;
  while (tally.unended > 0 && now() < deadline) await until(now() + 20);
  await until(now() + LINGER_MS);
}

/** What each VU does: sends one team's share of the load and follows each signal to its frame. */
export async function followSignals(shape: LoadShape): Promise<void> {
  const number = execution.vu.idInTest - 1;
  const team = teams[number];
  if (!team) fail(`there is no team for VU ${number + 1}`);
  const tally = new Tally();
  const close = await openStream(team, {
    onOffset: (offset) => tally.offset(offset),
    onEnd: (signalId, outcome) => tally.ended(signalId, outcome, now()),
    // Signals whose frames are missed for it count as lost: a client that stays connected is part of the promise.
    onBroken: (reason) => console.error(`stream: ${reason}`),
  });
  if (now() > START_AT_MS) fail(`the stream took ${Math.round(now())} ms to open: the machine is too busy to measure`);
  await sendAll(team, tally, sendsOf(shape, number, teams.length));
  await settle(tally);
  close();
  report(tally);
}
