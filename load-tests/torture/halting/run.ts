import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { percentile } from '../../bench/harness/percentile.ts';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf, processes } from '../../bench/harness/stack.ts';
import { type BenchTeam, benchTeams } from '../../bench/harness/teams.ts';
import { Database } from '../harness/database.ts';
import { SeededRandom } from '../harness/random.ts';
import { haltByApi, haltByCommand, type HaltTimes, resume, untilDone, untilVouched } from './halts.ts';
import { Sender, type Sent } from './sender.ts';
import { toVenue, VenueWitness } from './venue.ts';

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

/** Trading goes on for so long between halts, give or take. */
const TRADES_MS = 300;
/** How long the venue is watched after a proof. */
const WATCHED_MS = 600;

class HaltRun {
  readonly #torture: HaltTorture;
  readonly #team: BenchTeam;
  readonly #database: Database;
  readonly #venue: VenueWitness;
  readonly #random: SeededRandom;
  #lastDone = 0;

  constructor(torture: HaltTorture, team: BenchTeam, database: Database) {
    this.#torture = torture;
    this.#team = team;
    this.#database = database;
    this.#venue = new VenueWitness(team.accountId);
    this.#random = new SeededRandom(torture.seed);
  }

  /** Halts again and again while signals come in; each round is judged by the venue's log. */
  async rounds(): Promise<{ rounds: Round[]; sent: Sent }> {
    const { halts, perSecond, seed, weathers } = this.#torture;
    const sender = new Sender(this.#team, perSecond, seed);
    sender.start();
    const rounds: Round[] = [];
    let sent: Sent | undefined;
    try {
      for (let index = 0; index < halts; index += 1) {
        await sleep(TRADES_MS * (0.5 + this.#random.next()));
        // The weathers come at the end of each eight, so that most halts are of an undisturbed platform.
        const weather = index % 8 >= 8 - weathers.length ? weathers[8 - 1 - (index % 8)]! : 'none';
        rounds.push(await this.#round(weather, index));
        await resume(this.#team);
        await untilVouched(this.#database, this.#team.accountId);
      }
    } finally {
      sent = await sender.stop();
    }
    return { rounds, sent };
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

/** Working orders of an account, entered at the venue by hand; from the request to the last cancel. */
async function cancelMany(team: BenchTeam, database: Database, count: number): Promise<number> {
  const venue = await addressOf('paper-broker');
  const resting = { type: 'limit', limit_price: '0.0001', time_in_force: 'gtc', side: 'buy', quantity: '1' };
  const witness = new VenueWitness(team.accountId);
  for (let placed = 0; placed < count; placed += 1) {
    await toVenue(venue, '/v1/control/orders', { account: team.accountId, symbol: 'ES', ...resting });
  }
  const { requestedAt } = await untilDone(database, (await haltByCommand(team)).haltId);
  const cancelled = await witness.events('cancelled');
  if (cancelled.length !== count) throw new Error(`${cancelled.length} of ${count} working orders were cancelled`);
  return Math.max(...cancelled) - requestedAt;
}

/** Positions in symbols of their own; from the request to the last fill that closes one. */
async function flattenMany(team: BenchTeam, database: Database, count: number): Promise<number> {
  const venue = await addressOf('paper-broker');
  const witness = new VenueWitness(team.accountId);
  for (let index = 0; index < count; index += 1) {
    const quantity = String(index % 2 === 0 ? index + 1 : -index - 1);
    const change = { change: 'position', account: team.accountId, symbol: `TORTURE${index}`, quantity };
    await toVenue(venue, '/v1/control/book', change);
  }
  const { requestedAt } = await untilDone(database, (await haltByCommand(team, ['--flatten'])).haltId);
  const fills = await witness.fills();
  const closed = new Map<string, number>();
  for (const { symbol, signed } of fills) closed.set(symbol, (closed.get(symbol) ?? 0) + signed);
  for (let index = 0; index < count; index += 1) {
    const left = (index % 2 === 0 ? index + 1 : -index - 1) + (closed.get(`TORTURE${index}`) ?? 0);
    if (left !== 0) throw new Error(`TORTURE${index}: ${left} is left, by the venue's log`);
  }
  return Math.max(...fills.map(({ at }) => at)) - requestedAt;
}

export async function tortureHalt(torture: HaltTorture): Promise<HaltFindings> {
  const [sends, holds, owns] = await benchTeams(3);
  const database = await Database.connect();
  try {
    await untilVouched(database, sends!.accountId);
    const { rounds, sent } = await new HaltRun(torture, sends!, database).rounds();
    const cancelMs = await cancelMany(holds!, database, torture.workingOrders);
    const flattenMs = await flattenMany(owns!, database, torture.positions);
    return findings(torture, rounds, sent, { cancelMs, flattenMs });
  } finally {
    await database.end();
  }
}

function findings(
  torture: HaltTorture,
  rounds: readonly Round[],
  sent: Sent,
  { cancelMs, flattenMs }: { cancelMs: number; flattenMs: number },
): HaltFindings {
  const commands = rounds.flatMap(({ commandMs, weather }) => (weather === 'none' ? (commandMs ?? []) : []));
  const lastOut = rounds.map(({ lastOutMs }) => lastOutMs);
  const afterProof = rounds.reduce((sum, round) => sum + round.afterProof, 0);
  const before = rounds.map((round) => round.before);
  if (Math.max(...before) === 0)
    throw new Error('no order reached the venue between halts: nothing was put to the test');
  const { perSecond, workingOrders, positions } = torture;
  const title = `${rounds.length} halts at ${perSecond} signals/s in flight`;
  const byWeather = Map.groupBy(rounds, ({ weather }) => weather);
  return {
    rows: [
      atMost(`${title}: last order out after the request`, 'p99', percentile(lastOut, 99), 100, 'ms', 0),
      none(title, { 'orders after the proof': afterProof }),
      atMost(`${workingOrders} working orders cancelled`, '', cancelMs, 1_000, 'ms', 0),
      atMost(`${positions} positions flattened`, '', flattenMs, 3_000, 'ms', 0),
      atMost('keelson halt, the whole command', 'slowest', Math.max(...commands), 1_000, 'ms', 0),
    ],
    details: {
      load: { ...sent, 'orders at the venue between halts': before.reduce((sum, count) => sum + count, 0) },
      ...Object.fromEntries(
        [...byWeather].map(([weather, those]) => {
          const slowest = (value: (round: Round) => number) => Math.round(Math.max(...those.map(value)));
          const numbers = { halts: those.length, 'slowest last order out ms': slowest((one) => one.lastOutMs) };
          return [
            weather === 'none' ? 'undisturbed' : `${weather} frozen`,
            { ...numbers, 'slowest proof ms': slowest((one) => one.doneMs) },
          ];
        }),
      ),
    },
  };
}
