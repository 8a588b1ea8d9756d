import { draw } from './draw.ts';
import type { FaultChange } from './requests.ts';

export interface Latency {
  /** Milliseconds. */
  readonly min: number;
  /** Milliseconds, at least `min`. */
  readonly max: number;
}

/** How the venue behaves now; `…_next` count down. Percentages are of orders, drawn by seed and client order id. */
export interface FaultState {
  seed: number;
  latency_ms: Latency;
  partial_fill_percent: number;
  reject_percent: number;
  reject_next: number;
  lost_reply_percent: number;
  lose_next_replies: number;
  drop_next_requests: number;
  /** Answer the next requests with 500 without doing what they ask. */
  fail_next_requests: number;
  /** Reject the next orders, and then report them filled. */
  contradict_next: number;
  /** Keep the next events, or the next fills, in the venue's book alone: no answer and no stream tells of them. */
  mute_next_events: number;
  mute_next_fills: number;
  /** What an execution costs per unit, in quote currency; decimal text. */
  fee_per_unit: string;
  /** Quotes keep the time of this moment (ISO 8601), as a feed that hangs does; null when they are fresh. */
  quotes_frozen_at: string | null;
  delay_next: { readonly count: number; readonly ms: number; readonly stage: 'acceptance' | 'answer' };
  /**
   * Shares of orders whose first arrival goes wrong: accepted and the answer lost, vanished, or cut off and arriving
   * `late_ms` afterwards. A second arrival of the same id is dealt with as ever.
   */
  first_arrival: FirstArrival | null;
  unavailable: boolean;
}

interface FirstArrival {
  readonly lost_percent: number;
  readonly never_percent: number;
  readonly late_percent: number;
  readonly late_ms: number;
}

type Counter = {
  [Name in keyof FaultState]: FaultState[Name] extends number
    ? Name extends `${string}next${string}`
      ? Name
      : never
    : never;
}[keyof FaultState];

export type BaseBehaviour = Pick<FaultState, 'seed' | 'latency_ms' | 'partial_fill_percent'>;

/** What an outage or a slow day looks like on command. Nothing here is remembered: a restart behaves as configured. */
export class Faults {
  readonly #configured: BaseBehaviour;
  readonly #listeners: ((state: Readonly<FaultState>) => void)[] = [];
  /** Orders whose first arrival was drawn. */
  readonly #arrived = new Set<string>();
  #state: FaultState;

  constructor(configured: BaseBehaviour) {
    this.#configured = configured;
    this.#state = healthy(configured);
  }

  get state(): Readonly<FaultState> {
    return this.#state;
  }

  onChange(listener: (state: Readonly<FaultState>) => void): void {
    this.#listeners.push(listener);
  }

  change(change: FaultChange): Readonly<FaultState> {
    return this.#set({ ...this.#state, ...change });
  }

  reset(): Readonly<FaultState> {
    this.#arrived.clear();
    return this.#set(healthy(this.#configured));
  }

  /** What becomes of this request before the venue has seen it: it vanishes, is answered with an error, or is dealt with. */
  takeBlow(): 'cut' | 'error' | undefined {
    if (this.#take('drop_next_requests')) return 'cut';
    return this.#take('fail_next_requests') ? 'error' : undefined;
  }

  /** True when this order is to be rejected and then filled. */
  takeContradiction(): boolean {
    return this.#take('contradict_next');
  }

  /** What becomes of this arrival of an order; undefined: it is dealt with. */
  takeFirstArrival(
    clientOrderId: string,
  ): { readonly kind: 'lost' | 'never' | 'late'; readonly ms: number } | undefined {
    const { first_arrival: shares, seed } = this.#state;
    if (shares === null || this.#arrived.has(clientOrderId)) return undefined;
    this.#arrived.add(clientOrderId);
    const drawn = draw(seed, 'first-arrival', clientOrderId) * 100;
    if (drawn < shares.lost_percent) return { kind: 'lost', ms: 0 };
    if (drawn < shares.lost_percent + shares.never_percent) return { kind: 'never', ms: 0 };
    const late = drawn < shares.lost_percent + shares.never_percent + shares.late_percent;
    return late ? { kind: 'late', ms: shares.late_ms } : undefined;
  }

  /** True when an event of this type is to stay in the venue's book alone. */
  takeMuted(type: string): boolean {
    return this.#take('mute_next_events') || (type === 'filled' && this.#take('mute_next_fills'));
  }

  /** True when the answer for this order is to vanish after the venue did its work. */
  takeLostReply(clientOrderId: string): boolean {
    if (this.#take('lose_next_replies')) return true;
    return this.happens('lost-reply', clientOrderId, this.#state.lost_reply_percent);
  }

  takeReject(clientOrderId: string): boolean {
    if (this.#take('reject_next')) return true;
    return this.happens('reject', clientOrderId, this.#state.reject_percent);
  }

  /** Milliseconds to hold a request before it is decided on, and before it is answered. */
  takeDelays(clientOrderId: string): { acceptance: number; answer: number } {
    const { delay_next: delay } = this.#state;
    const latency = this.latency(clientOrderId, 0);
    if (delay.count === 0) return { acceptance: latency, answer: 0 };
    this.#state.delay_next = { ...delay, count: delay.count - 1 };
    return delay.stage === 'acceptance'
      ? { acceptance: delay.ms, answer: 0 }
      : { acceptance: latency, answer: delay.ms };
  }

  /** Milliseconds of a leg of an order's way: 0 to the answer, 1 to the second fill. */
  latency(clientOrderId: string, leg: number): number {
    const { min, max } = this.#state.latency_ms;
    return min + (max - min) * draw(this.#state.seed, 'latency', clientOrderId, leg);
  }

  /** Whether a chance of so many percent strikes this order. */
  happens(purpose: string, clientOrderId: string, percent: number): boolean {
    return percent > 0 && draw(this.#state.seed, purpose, clientOrderId) * 100 < percent;
  }

  #take(counter: Counter): boolean {
    if (this.#state[counter] === 0) return false;
    this.#state[counter] -= 1;
    return true;
  }

  #set(state: FaultState): Readonly<FaultState> {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
    return state;
  }
}

function healthy(configured: BaseBehaviour): FaultState {
  return {
    ...configured,
    reject_percent: 0,
    reject_next: 0,
    lost_reply_percent: 0,
    lose_next_replies: 0,
    drop_next_requests: 0,
    fail_next_requests: 0,
    contradict_next: 0,
    mute_next_events: 0,
    mute_next_fills: 0,
    fee_per_unit: '0',
    quotes_frozen_at: null,
    delay_next: { count: 0, ms: 0, stage: 'acceptance' },
    first_arrival: null,
    unavailable: false,
  };
}
