/** How the venue behaves towards one request, or is told to. */
export interface RequestFault {
  /** Requests this is for; any when left out. */
  readonly method?: string;
  readonly path?: RegExp;
  readonly does:
    | {
        readonly kind: 'answer';
        readonly status: number;
        readonly body?: unknown;
        readonly headers?: Record<string, string>;
      }
    /** The connection is cut before the venue looks at the request, or after it carried it out. */
    | { readonly kind: 'cut'; readonly when: 'before' | 'after' }
    | { readonly kind: 'wait'; readonly ms: number; readonly when: 'before' | 'after' };
}

/** How orders come to their fills. */
export interface FillPlan {
  /**
   * `at_once`: before the answer leaves; `later`: after it, as the real venue does; `never`: only by `fill()`. In two parts
   * when `restAfterMs` is given.
   */
  readonly fill: 'at_once' | 'later' | 'never';
  readonly restAfterMs?: number;
}

/** What the emulator was told to do wrong. */
export class Weather {
  plan: FillPlan;
  isAvailable = true;
  rejectNext = false;
  /** A cancel only ends an order when `settle` is called; until then it is `pending_cancel`. */
  holdCancels = false;
  /** A replacement only reaches the market when `settleReplacement` is called. */
  holdReplacements = false;
  /** Every event leaves twice. */
  repeatsEvents = false;
  /** The stream leaves out every event, as if the network had lost it. */
  losesEvents = false;
  /** Executions are left out of the activities, as happens for moments at the real venue. */
  hidesActivities = false;
  readonly #calm: FillPlan;
  #faults: RequestFault[] = [];

  constructor(plan: FillPlan) {
    this.plan = plan;
    this.#calm = plan;
  }

  /** For the next request that it fits; several wait for one each. */
  next(fault: RequestFault): void {
    this.#faults.push(fault);
  }

  faultOf(method: string, path: string): RequestFault['does'] | undefined {
    const index = this.#faults.findIndex(
      (fault) => (fault.method ?? method) === method && (fault.path?.test(path) ?? true),
    );
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0]!.does;
  }

  calm(): void {
    this.plan = this.#calm;
    this.isAvailable = true;
    this.rejectNext =
      this.holdCancels =
      this.holdReplacements =
      this.losesEvents =
      this.repeatsEvents =
      this.hidesActivities =
        false;
    this.#faults = [];
  }
}
