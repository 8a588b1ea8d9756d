import type { SignalKind } from '../harness/deliver.ts';
import { SeededRandom } from '../harness/random.ts';

export interface PlannedSignal {
  readonly id: string;
  /**
   * Its price, different for each: the venue writes it into its own log, so a signal is known there without asking the
   * platform anything.
   */
  readonly price: string;
  readonly kind: SignalKind;
  readonly side: 'buy' | 'sell';
  readonly quantity: string;
  /** Which of the teams sends it. */
  readonly team: number;
}

export interface PlannedDelivery {
  readonly signal: PlannedSignal;
  /** Milliseconds after the start. */
  readonly atMs: number;
  /** From 1 to 4; the same body each time. */
  readonly copy: number;
}

export interface StormLoad {
  readonly seed: number;
  readonly signals: number;
  readonly teams: number;
  /** Over which first copies are spread evenly. */
  readonly overMs: number;
  /** Makes the ids those of this run alone. */
  readonly prefix: string;
}

const MOST_COPIES = 4;
/** A repetition comes so late at most: within the time in which the platform knows it for one. */
const REPEATED_WITHIN_MS = 4_000;
const FIRST_PRICE = 5_000;
const TICK = 0.25;

function kindOf(drawn: number): SignalKind {
  if (drawn < 0.9) return 'good';
  if (drawn < 0.94) return 'wrong_key';
  return drawn < 0.97 ? 'unknown_symbol' : 'too_large';
}

/** Every delivery of a run, in the order of their times; a seed decides all of it. */
export function planStorm({ seed, signals, teams, overMs, prefix }: StormLoad): PlannedDelivery[] {
  const random = new SeededRandom(seed);
  const planned: PlannedDelivery[] = [];
  for (let index = 0; index < signals; index += 1) {
    const kind = kindOf(random.next());
    const signal: PlannedSignal = {
      id: `${prefix}-${index}`,
      price: String(FIRST_PRICE + index * TICK),
      kind,
      side: random.next() < 0.5 ? 'buy' : 'sell',
      quantity: kind === 'too_large' ? '1000000000' : String(random.whole(1, 5)),
      team: random.whole(0, teams - 1),
    };
    const firstMs = (index * overMs) / signals;
    for (let copy = 1, copies = random.whole(1, MOST_COPIES); copy <= copies; copy += 1) {
      const atMs = firstMs + (copy === 1 ? 0 : random.between(0, REPEATED_WITHIN_MS));
      planned.push({ signal, atMs, copy });
    }
  }
  return planned.toSorted((left, right) => left.atMs - right.atMs);
}
