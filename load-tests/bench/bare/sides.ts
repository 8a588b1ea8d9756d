import { getPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { startAtMs } from '../../src/lib/load-shape.ts';
import { say } from '../harness/bench.ts';
import { busyPercent, cpuOfTree, type CpuSnapshot, cpuSnapshot } from '../harness/cpu.ts';
import { type K6Run, runK6 } from '../harness/k6.ts';
import { TERMINAL } from '../harness/books.ts';
import { withConnection } from '../harness/connection.ts';
import { credentials, processes } from '../harness/stack.ts';
import { type BenchTeam, benchTeams } from '../harness/teams.ts';
import type { BarePipeline } from './pipeline.ts';

/** Long enough for k6 to come up, and for new connections and plans to be warm. */
export const WARM_UP_SECONDS = 2;
const IDLE_SECONDS = 3;

/** Milliseconds of CPU by process: of a signal, or of a second where nothing is sent. */
export type Cpu = ReadonlyMap<string, number>;

/** One load on one side, as sender, stream and /proc saw it. */
export interface Round {
  readonly k6: K6Run;
  /** Of a signal. */
  readonly cpu: Cpu;
  /** Neither side nor load generator, percent of a core. */
  readonly others: number;
}

export interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

/** One of the two that are compared, with what it did so far, by rate. */
export interface Side {
  readonly name: string;
  readonly teams: readonly BenchTeam[];
  readonly runs: Map<number, Round[]>;
  /** Signals of all times whose end is on the stream. */
  readonly ended: () => Promise<number>;
  /** CPU of a window that is this side's to answer for. */
  readonly share: (used: Cpu, seconds: number) => Cpu;
}

interface Process {
  readonly name: string;
  readonly pid: number;
}

/** Of any team: nobody else sends to the stack meanwhile. */
const ENDED = `select count(*)::int as ended from keelson.stream_events
                where channel = 'orders' and event in ${TERMINAL}`;

async function endedOfOurs(): Promise<number> {
  return withConnection(
    credentials().databaseAdminUrl,
    async (client) => (await client.query<{ ended: number }>(ENDED)).rows[0]!.ended,
  );
}

export const totalOf = (cpu: Cpu): number => [...cpu.values()].reduce((sum, ms) => sum + ms, 0);
const isBare = (name: string): boolean => name.startsWith('bare ');
const isStore = (name: string): boolean => ['postgres', 'redis'].includes(name);

function only(cpu: Cpu, wanted: (name: string) => boolean, change: (ms: number, name: string) => number): Cpu {
  return new Map([...cpu].filter(([name]) => wanted(name)).map(([name, ms]) => [name, Math.max(0, change(ms, name))]));
}

/** Both sides on the same running stores: each idles while the other is measured. */
export class Sides {
  readonly ours: Side;
  readonly bare: Side;
  /** CPU of a second while nothing is sent. */
  readonly idle: Cpu;
  readonly #all: readonly Process[];

  private constructor(all: readonly Process[], idle: Cpu, teams: readonly BenchTeam[], pipeline: BarePipeline) {
    this.#all = all;
    this.idle = idle;
    this.ours = {
      ...{ name: 'keelson', teams, ended: endedOfOurs, runs: new Map() },
      share: (used) =>
        only(
          used,
          (name) => !isBare(name),
          (ms) => ms,
        ),
    };
    // What the stores do for our services, which idle meanwhile, is not the bare code's.
    const withoutIdle = (ms: number, name: string, seconds: number): number =>
      isStore(name) ? ms - idle.get(name)! * seconds : ms;
    this.bare = {
      ...{ name: 'bare code', teams: pipeline.teams, runs: new Map() },
      ended: async () => (await pipeline.counts()).events,
      share: (used, seconds) =>
        only(
          used,
          (name) => isBare(name) || isStore(name),
          (ms, name) => withoutIdle(ms, name, seconds),
        ),
    };
  }

  static async of(pipeline: BarePipeline): Promise<Sides> {
    const teams = await benchTeams(pipeline.teams.length);
    const stack = (await processes()).flatMap(({ instance, pid }) => (pid === null ? [] : [{ name: instance, pid }]));
    const all = [...stack, ...pipeline.processes];
    refuseUnequal(all);
    const before = cpuSnapshot();
    await sleep(IDLE_SECONDS * 1_000);
    const idle = only(
      usedBetween(before, cpuSnapshot(), all),
      () => true,
      (ms) => ms / IDLE_SECONDS,
    );
    return new Sides(all, idle, teams, pipeline);
  }

  /** CPU counts in the middle of the load only, when nothing starts up or dies away. */
  async round(side: Side, { rate, seconds, seed }: Load): Promise<void> {
    const shape = { ratePerSecond: rate, seconds, warmUpSeconds: WARM_UP_SECONDS, latencySlack: 1_000 };
    const [k6, { before, after, ended }] = await Promise.all([
      runK6({ scenario: 'pipeline', ...shape, teams: side.teams, seed }),
      window(startAtMs(side.teams.length) + WARM_UP_SECONDS * 1_000, seconds * 1_000, side),
    ]);
    const took = (after.at - before.at) / 1_000;
    const used = usedBetween(before, after, this.#all);
    // The bare processes are children of this one, as k6 is.
    const generator = cpuOfTree(before, after, process.pid) - totalOf(only(used, isBare, (ms) => ms));
    const others = busyPercent(before, after) - (totalOf(used) + generator) / (took * 10);
    const cpu = only(
      side.share(used, took),
      () => true,
      (ms) => ms / ended,
    );
    side.runs.set(rate, [...(side.runs.get(rate) ?? []), { k6, cpu, others: Math.max(0, others) }]);
    const [accepted, frame] = ['webhook_accepted_ms', 'signal_frame_ms'].map((name) =>
      k6.value(name, 'p(95)').toFixed(1),
    );
    say(
      `${rate}/s ${side.name}: CPU ${totalOf(cpu).toFixed(2)} ms a signal, p95 accepted ${accepted}, frame ${frame} ms`,
    );
  }
}

/** A stack that was started with less of a right to the processor than its yardstick would lose by that alone. */
function refuseUnequal(all: readonly Process[]): void {
  const mine = getPriority();
  const other = all.find(({ pid }) => getPriority(pid) !== mine);
  if (other)
    throw new Error(
      `${other.name} runs at nice ${getPriority(other.pid)} and this at ${mine}: npm stop, then npm start as this is started`,
    );
}

function usedBetween(before: CpuSnapshot, after: CpuSnapshot, of: readonly Process[]): Cpu {
  return new Map(of.map(({ name, pid }) => [name, cpuOfTree(before, after, pid)]));
}

interface Window {
  readonly before: CpuSnapshot;
  readonly after: CpuSnapshot;
  /** Signals that came to their end in it: under a load that is too much, fewer than were sent. */
  readonly ended: number;
}

async function window(afterMs: number, forMs: number, side: Side): Promise<Window> {
  await sleep(afterMs);
  const [endedBefore, before] = [await side.ended(), cpuSnapshot()];
  await sleep(forMs);
  const after = cpuSnapshot();
  return { before, after, ended: (await side.ended()) - endedBefore };
}
