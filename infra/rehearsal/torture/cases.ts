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

/** Every disturbance of a vendor's calls. */
export function disturbancesOf(vendor: string): readonly Disturbance[] {
  return OWN.includes(vendor) ? [...failing(false), ...failing(true), ...killing] : [...failing(true), ...killing];
}

/** `railway serviceCreate #2`: a change by its place among those of its operation. Ids in a path are another each time. */
export function nameOf({ vendor, operation }: DisturbedCall, place: number): string {
  const shared = operation.split(/\/[a-z]{20}(?:\/|$)|\/[0-9a-f]{8}-[0-9a-f-]{27}/)[0] ?? operation;
  return `${vendor} ${shared} #${place}`;
}

/** A number that is the same for the same words, evenly spread. */
function spread(...words: readonly (string | number)[]): number {
  return createHash('sha256').update(words.join('\n')).digest().readUInt32BE(0);
}

/** Who is disturbed how; undefined for a call that is left alone. */
export type Choice = (vendor: string, name: string) => Disturbance | undefined;

/** Every call, each with another disturbance in each round; after as many rounds as there are, each had every one. */
export function everyCall(seed: number, round: number): Choice {
  return (vendor, name) => {
    const all = disturbancesOf(vendor);
    return all[(spread(seed, name) + round) % all.length];
  };
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
