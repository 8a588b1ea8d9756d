import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { percentile } from '../../bench/harness/percentile.ts';
import { atLeast, atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { processes } from '../../bench/harness/stack.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { type BenchTeam, benchTeams } from '../../bench/harness/teams.ts';
import { booksAfter, untilSettled } from '../harness/books.ts';
import { Database } from '../harness/database.ts';
import type { DeliveryLine } from '../harness/deliver.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { SeededRandom } from '../harness/random.ts';
import { readyTeams, resume, untilVouched } from '../harness/scene.ts';
import { SteadySender, tallied } from '../harness/steady.ts';
import { venueFills, venueOrders, VenueWitness } from '../harness/venue.ts';
import { rowsOf, weigh, type Wrongs } from '../harness/verdict.ts';
import { cancelMany, commandAlone, flattenMany } from './closing.ts';
import { haltByApi, haltByCommand, type HaltTimes, untilDone } from './halts.ts';

export interface HaltTorture {
  readonly seed: number;
  readonly halts: number;
  readonly perSecond: number;
  readonly workingOrders: number;
  readonly positions: number;
  /** What is frozen at some of the halts. */
  readonly weathers: readonly Weather[];
}

/** `worker`: one of the workers is stopped before the halt and goes on after the proof. */
export type Weather = 'redis' | 'api' | 'worker';

export interface HaltFindings {
  readonly rows: readonly ResultRow[];
  readonly details: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

interface Round {
  readonly weather: Weather | 'none';
  /** From the request reaching Postgres to the last order that the venue took, by the venue's log; 0 when none came after. */
  readonly lastOutMs: number;
  readonly afterProof: number;
  /** Orders that the venue took since the halt before: without any, nothing was put to the test. */
  readonly before: number;
  readonly doneMs: number;
  readonly commandMs: number | undefined;
}

/** Trading goes on for so long between halts, give or take, once the venue takes orders again. */
const TRADES_MS = 300;
/** Where it takes none for so long, the round goes on, and counts as one that put nothing to the test. */
const TRADES_WITHIN_MS = 10_000;
/** How long the venue is watched after a proof. */
const WATCHED_MS = 600;
const COMMANDS_ALONE = 5;
const TEAM_APART = 61;

class HaltRun {
  readonly #torture: HaltTorture;
  readonly #team: BenchTeam;
  readonly #database: Database;
  readonly #venue: VenueWitness;
  readonly #random: SeededRandom;
  readonly #journal: Journal<Round>;
  #lastDone = 0;

  constructor(torture: HaltTorture, team: BenchTeam, database: Database, journal: Journal<Round>) {
    this.#torture = torture;
    this.#team = team;
    this.#database = database;
    this.#venue = new VenueWitness(team.accountId);
    this.#random = new SeededRandom(torture.seed);
    this.#journal = journal;
  }

  /** Halts again and again while signals come in; each round is judged by the venue's log. */
  async rounds(): Promise<Round[]> {
    const { halts, weathers } = this.#torture;
    const rounds: Round[] = [];
    for (let index = 0; index < halts; index += 1) {
      await this.#untilTrading();
      await sleep(TRADES_MS * (0.5 + this.#random.next()));
      // The weathers come at the end of each eight, so that most halts are of an undisturbed platform.
      const weather = index % 8 >= 8 - weathers.length ? weathers[8 - 1 - (index % 8)]! : 'none';
      rounds.push(await this.#round(weather, index));
      await resume(this.#team);
      await untilVouched(this.#database, this.#team.accountId);
    }
    return rounds;
  }

  /** Until the venue takes orders again: a halt of nothing in flight would put nothing to the test. */
  async #untilTrading(): Promise<void> {
    const since = new VenueWitness(this.#team.accountId);
    const end = Date.now() + TRADES_WITHIN_MS;
    while ((await since.ordersTaken()).length === 0 && Date.now() < end) await sleep(50);
  }

  /** Orders of this account at the venue, and what it filled, by its own log. */
  async atVenue(): Promise<ReturnType<VenueWitness['lines']>> {
    return this.#venue.lines();
  }

  async #round(weather: Weather | 'none', index: number): Promise<Round> {
    const thaw = await freeze(weather);
    let command: { haltId: string; tookMs: number } | undefined;
    let times: HaltTimes;
    try {
      // With the api frozen, and at every fifth halt, by the command; else over HTTP.
      if (weather === 'api' || index % 5 === 0) command = await haltByCommand(this.#team);
      times = await untilDone(this.#database, command?.haltId ?? (await haltByApi(this.#team)));
    } finally {
      thaw();
    }
    await sleep(WATCHED_MS);
    const taken = await this.#venue.ordersTaken();
    const last = taken.filter((at) => at <= times.finishedAt + WATCHED_MS).reduce((most, at) => Math.max(most, at), 0);
    const round = {
      ...{ weather, commandMs: command?.tookMs, doneMs: times.finishedAt - times.requestedAt },
      lastOutMs: Math.max(0, last - times.requestedAt),
      afterProof: taken.filter((at) => at > times.finishedAt).length,
      before: taken.filter((at) => at > this.#lastDone && at <= times.finishedAt).length,
    };
    this.#journal.append(round);
    this.#lastDone = times.finishedAt;
    say(`  ${weather}: last order out ${round.lastOutMs.toFixed(0)} ms, proven ${round.doneMs.toFixed(0)} ms`);
    return round;
  }
}

/** Stops processes with SIGSTOP, which is worse than dead; the returned function lets them go on. */
async function freeze(weather: Weather | 'none'): Promise<() => void> {
  const found = weather === 'none' ? [] : (await processes()).filter(({ name }) => name === weather);
  const victims = weather === 'worker' ? found.slice(0, 1) : found;
  const pids = victims.flatMap(({ pid }) => pid ?? []);
  if (weather !== 'none' && pids.length === 0) throw new Error(`no process of "${weather}" runs`);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

interface Evidence {
  readonly rounds: readonly Round[];
  readonly sent: readonly DeliveryLine[];
  readonly wrongs: Wrongs;
  readonly books: Awaited<ReturnType<typeof booksAfter>>;
}

/** Rounds under way while a sender sends; then what it wrote is weighed against the venue's log and the books. */
async function haltsWhileSending(torture: HaltTorture, team: BenchTeam, database: Database): Promise<Evidence> {
  const { seed, perSecond } = torture;
  const [folder, since] = [runFolder('halt', seed), await databaseNow()];
  const run = new HaltRun(torture, team, database, new Journal<Round>(folder, 'halter'));
  const sender = new SteadySender([team], perSecond, `halt-${seed}`, new Journal<DeliveryLine>(folder, 'sender'));
  sender.start();
  let sent: readonly DeliveryLine[] = [];
  const rounds = await run.rounds().finally(async () => {
    sent = await sender.stop();
  });
  await untilSettled([team]);
  const [lines, books] = [await run.atVenue(), await booksAfter([team], since)];
  const wrongs = weigh({ deliveries: sent, venueOrders: venueOrders(lines), venueFills: venueFills(lines), books });
  new Journal<{ wrongs: Wrongs }>(folder, 'checker').append({ wrongs });
  say(`  logs of sender, halter and checker: ${folder}`);
  return { rounds, sent, wrongs, books };
}

export async function tortureHalt(torture: HaltTorture): Promise<HaltFindings> {
  const database = await Database.connect();
  try {
    // Its positions are the venue's alone, and differ from our books for ever: no other run uses that team. Seeded first, as
    // seeding gives every team up to it new keys.
    const owns = (await benchTeams(TEAM_APART)).at(-1);
    const [sends, holds] = await readyTeams(database, 2);
    const evidence = await haltsWhileSending(torture, sends!, database);
    const cancelMs = await cancelMany(holds!, database, torture.workingOrders);
    const flattenMs = await flattenMany(owns!, database, torture.positions);
    await resume(holds!);
    const aloneMs = Math.max(...(await commandAlone(holds!, COMMANDS_ALONE)));
    return findings(torture, evidence, { cancelMs, flattenMs, aloneMs });
  } finally {
    await database.end();
  }
}

function findings(
  torture: HaltTorture,
  { rounds, sent, wrongs, books }: Evidence,
  { cancelMs, flattenMs, aloneMs }: { cancelMs: number; flattenMs: number; aloneMs: number },
): HaltFindings {
  const commands = rounds.flatMap(({ commandMs, weather }) => (weather === 'none' ? (commandMs ?? []) : []));
  const lastOut = rounds.map(({ lastOutMs }) => lastOutMs);
  const afterProof = rounds.reduce((sum, round) => sum + round.afterProof, 0);
  const tested = rounds.filter(({ before }) => before > 0).length;
  const { perSecond, workingOrders, positions } = torture;
  const title = `${rounds.length} halts at ${perSecond} signals/s in flight`;
  return {
    rows: [
      atMost(`${title}: last order out after the request`, 'p99', percentile(lastOut, 99), 100, 'ms', 0),
      none(title, { 'orders after the proof': afterProof }),
      // A halt of a platform that sends nothing proves nothing.
      atLeast('halts before which orders reached the venue', tested, Math.ceil(rounds.length * 0.9), 'halts'),
      ...rowsOf(title, wrongs, books),
      atMost(`${workingOrders} working orders cancelled`, '', cancelMs, 1_000, 'ms', 0),
      atMost(`${positions} positions flattened`, '', flattenMs, 3_000, 'ms', 0),
      atMost('keelson halt, the whole command', 'slowest', aloneMs, 1_000, 'ms', 0),
      atMost(`the same at ${perSecond} signals/s in flight`, 'slowest', Math.max(...commands), 1_000, 'ms', 0),
    ],
    details: {
      load: { ...tallied(sent), ...atTheVenue(rounds) },
      'last order out, ms': { p50: percentile(lastOut, 50), p90: percentile(lastOut, 90) },
      'keelson halt under load, ms': { p50: percentile(commands, 50), p90: percentile(commands, 90) },
      ...byWeather(rounds),
    },
  };
}

function atTheVenue(rounds: readonly Round[]): Record<string, number> {
  return { 'orders at the venue between halts': rounds.reduce((sum, { before }) => sum + before, 0) };
}

function byWeather(rounds: readonly Round[]): HaltFindings['details'] {
  const sections = [...Map.groupBy(rounds, ({ weather }) => weather)].map(([weather, those]) => {
    const slowest = (value: (round: Round) => number) => Math.round(Math.max(...those.map(value)));
    const numbers = { halts: those.length, 'slowest last order out ms': slowest((one) => one.lastOutMs) };
    const title = weather === 'none' ? 'undisturbed' : `${weather} frozen`;
    return [title, { ...numbers, 'slowest proof ms': slowest((one) => one.doneMs) }] as const;
  });
  return Object.fromEntries(sections);
}
