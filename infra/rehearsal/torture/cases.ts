import { createHash } from 'node:crypto';
import type { DisturbedCall, FaultSpec } from '../emulator/faults.ts';

/** One way to disturb a change that `up` asks a vendor for. */
export interface Disturbance {
  readonly kind: '429' | '500' | '503' | 'timeout' | 'reset' | 'kill' | 'kill-engine';
  readonly moment: 'before' | 'after';
  /** True: for as long as it is asked in that run, which ends the update; else once, which our own providers live through. */
  readonly lasting: boolean;
}

/** Either side of the effect. A refusal for too many requests has none. */
const MOMENTS = ['before', 'after'] as const;
const ANSWERS = ['500', '503', 'timeout', 'reset'] as const;
const KILLS = ['kill', 'kill-engine'] as const;

const failing = (lasting: boolean): readonly Disturbance[] => [
  { kind: '429', moment: 'before', lasting },
  ...ANSWERS.flatMap((kind) => MOMENTS.map((moment) => ({ kind, moment, lasting }))),
];
const killing: readonly Disturbance[] = KILLS.flatMap((kind) =>
  MOMENTS.map((moment) => ({ kind, moment, lasting: false })),
);

/** Vendors whose own providers we wrote; they ask again by themselves. Of the official ones only the outcome is played. */
const OWN = ['railway', 'supabase', 'upstash'];

/** What goes wrong with an answer, of a vendor's calls. */
function faultsOf(vendor: string): readonly Disturbance[] {
  return OWN.includes(vendor) ? [...failing(false), ...failing(true)] : failing(true);
}

/** Every disturbance of a vendor's calls. */
export function disturbancesOf(vendor: string): readonly Disturbance[] {
  return [...faultsOf(vendor), ...killing];
}

/** Rounds in which answers go wrong, before those in which plugins and then engines are killed. */
const FAULT_ROUNDS = faultsOf('railway').length;
/** After so many rounds each call had each of its disturbances. */
export const ROUNDS = FAULT_ROUNDS + killing.length;

const ID = /[a-z]{20}(?=\/|$)|[0-9a-f]{8}-[0-9a-f-]{27}/g;

/** `railway serviceCreate #2`: a change by its place among those of its operation. Ids in a path are another each time. */
export function nameOf({ vendor, operation }: DisturbedCall, place: number): string {
  return `${vendor} ${operation.replaceAll(ID, '*')} #${place}`;
}

/** Whose change it is. */
export function vendorIn(name: string): string {
  return name.split(' ')[0] ?? '';
}

/** Without its place, which is another each time for what is asked for in parallel. */
function operationIn(name: string): string {
  return name.replace(/ #\d+$/, '');
}

/** A number that is the same for the same words, evenly spread. */
function spread(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE(0);
}

/** Who is disturbed how; undefined for a call that is left alone. */
export type Choice = (vendor: string, name: string) => Disturbance | undefined;

/**
 * Every call, each with another disturbance in each round; after `ROUNDS` of them each had every one, and of official
 * providers some twice. Those of one operation have the same one: which of them comes second is another each time, and
 * none must be left out for that. Kills have rounds of their own, plugins apart from engines: a kill meets whatever is
 * under way, and would be counted as something else where that waits for another fate.
 */
export function everyCall(seed: number, round: number): Choice {
  return (vendor, name) => {
    const turn = spread(seed, operationIn(name)) + round;
    if (round < FAULT_ROUNDS) return faultsOf(vendor)[turn % faultsOf(vendor).length];
    const kind = KILLS[Math.floor((round - FAULT_ROUNDS) / MOMENTS.length)];
    const ways = killing.filter((one) => one.kind === kind);
    return ways[turn % ways.length];
  };
}

/** A change, and what is done to it. */
export interface Pair {
  readonly name: string;
  readonly disturbance: Disturbance;
}

/** Each of these changes with each disturbance that it can have, without those that were. */
export function pairsLeft(calls: readonly string[], had: readonly Pair[]): readonly Pair[] {
  const word = ({ name, disturbance: { kind, moment, lasting } }: Pair): string =>
    [name, kind, moment, lasting].join(' ');
  const words = new Set(had.map(word));
  const all = calls.flatMap((name) => disturbancesOf(vendorIn(name)).map((disturbance) => ({ name, disturbance })));
  return all.filter((pair) => !words.has(word(pair)));
}

/**
 * Those alone that no round reached: a change may not be needed where another one was disturbed in a certain way. Of each
 * one disturbance, as many as go together; in another turn those that do not go with them.
 */
export function theRest(left: readonly Pair[], turn: number): Choice {
  const sort = ({ disturbance: { kind } }: Pair): string => (isKill(kind) ? kind : 'fault');
  const sorts = [...new Set(left.map(sort))];
  const together = left.filter((pair) => sort(pair) === sorts[turn % sorts.length]);
  return (_vendor, name) => together.find((pair) => pair.name === name)?.disturbance;
}

/** Whether it takes a process of its own, which can be killed. */
export function isKill(kind: Disturbance['kind']): boolean {
  return (KILLS as readonly string[]).includes(kind);
}

/**
 * About this share of the calls, the same ones and the same way for the same seed. What our own providers live through is
 * preferred to what ends the update: one update can have many of those.
 */
export function someCalls(seed: number, share: number): Choice {
  return (vendor, name) => {
    if (spread('share', seed, name) / 2 ** 32 >= share) return undefined;
    const all = disturbancesOf(vendor).filter(({ lasting }) => !lasting || !OWN.includes(vendor));
    return all[spread(seed, name) % all.length];
  };
}

/** A change that was disturbed. */
export interface FaultCase {
  readonly name: string;
  readonly vendor: string;
  readonly disturbance: Disturbance;
  /** The run of `up` in which it was. */
  readonly run: number;
}

interface Known {
  readonly disturbance: Disturbance | undefined;
  readonly run: number;
  asked: number;
}

/**
 * One environment brought up, disturbed all the way: each change once, when it is asked for the first time, and from the
 * next run of `up` on no more. So each run both makes good what the one before left and is disturbed further on.
 */
export class Sweep {
  readonly cases: FaultCase[] = [];
  /** Names of every change, disturbed or not. */
  readonly calls: string[] = [];
  readonly #choose: Choice;
  readonly #known = new Map<string, Known>();
  readonly #places = new Map<string, number>();
  #run = 0;

  constructor(choose: Choice) {
    this.#choose = choose;
  }

  begin(): void {
    this.#run += 1;
  }

  /** How many changes were disturbed in this run for the first time. */
  get disturbed(): number {
    return this.cases.filter(({ run }) => run === this.#run).length;
  }

  decide(call: DisturbedCall): FaultSpec | undefined {
    if (!call.mutating) return undefined;
    const known = this.#meet(call);
    known.asked += 1;
    const { disturbance, run, asked } = known;
    if (!disturbance || run !== this.#run || (asked > 1 && !disturbance.lasting)) return undefined;
    const { kind, moment } = disturbance;
    return { calls: 'mutating', nth: 1, times: 1, retryAfter: 1, kind, moment };
  }

  #meet(call: DisturbedCall): Known {
    const signature = `${call.vendor} ${call.operation} ${call.subject}`;
    const before = this.#known.get(signature);
    if (before) return before;
    const shared = nameOf(call, 0);
    const place = (this.#places.get(shared) ?? 0) + 1;
    this.#places.set(shared, place);
    const name = nameOf(call, place);
    const disturbance = this.#choose(call.vendor, name);
    const known = { disturbance, run: this.#run, asked: 0 };
    this.#known.set(signature, known);
    this.calls.push(name);
    if (disturbance) this.cases.push({ name, vendor: call.vendor, disturbance, run: this.#run });
    return known;
  }
}

/** `reset after railway serviceCreate #2, lasting`. */
export function titleOf({ name, disturbance: { kind, moment, lasting } }: FaultCase): string {
  return `${kind} ${moment} ${name}${lasting ? ', lasting' : ''}`;
}

/** A few of them, the same for the same seed. */
export function sampleOf<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  const order = items.map((item, index) => ({ index, item, at: spread('sample', seed, index) }));
  const taken = order.sort((a, b) => a.at - b.at).slice(0, count);
  return taken.sort((a, b) => a.index - b.index).map(({ item }) => item);
}
