import { z } from 'zod';
import { Standstill } from './standstill.ts';

/** How a call is disturbed. `before`: nothing has happened; `after`: it has, and the answer is lost or wrong. */
export const faultSpec = z.strictObject({
  /** One vendor's calls, or everybody's. */
  vendor: z.string().optional(),
  /** A part of the operation's name, e.g. `serviceCreate`. */
  operation: z.string().optional(),
  /** `mutating`: count changes only. */
  calls: z.enum(['any', 'mutating']).default('mutating'),
  /** The first matching call is 1. */
  nth: z.int().min(1).default(1),
  times: z.int().min(1).default(1),
  moment: z.enum(['before', 'after']).default('before'),
  /** `kill`: the plugin that asked is killed; `kill-engine`: the engine that started it. */
  kind: z.enum(['429', '500', '503', '401', '403', 'timeout', 'reset', 'slow', 'kill', 'kill-engine']),
  /** With 429: what Retry-After says, in seconds. */
  retryAfter: z.int().min(0).default(1),
});
export type FaultSpec = z.infer<typeof faultSpec>;

/** A call, as far as faults tell calls apart. */
export interface DisturbedCall {
  readonly vendor: string;
  readonly operation: string;
  readonly mutating: boolean;
  /** What it asks for: two calls of the same are the same change, asked for again. */
  readonly subject: string;
}

/** The faults that are ordered, each counting the calls that match it. */
export class Faults {
  /** Kills the plugin of a vendor, or its engine; set by whoever started them. */
  kill: (vendor: string, kind: 'kill' | 'kill-engine') => void = () => undefined;
  /** Decides about calls that no order matches. */
  decide: ((call: DisturbedCall) => FaultSpec | undefined) | undefined;
  /** True: who is to be killed may first ask for whatever it asks for at once, so that one kill meets all of that. */
  killsAtStandstill = false;
  readonly #standstill = new Standstill();
  #ordered: { readonly spec: FaultSpec; seen: number }[] = [];

  order(spec: FaultSpec): void {
    this.#ordered.push({ spec, seen: 0 });
  }

  clear(): void {
    this.decide = undefined;
    this.#ordered = [];
  }

  /** Kills as the fault says; resolves when that is done, to false where it kills nobody. */
  async strike(vendor: string, kind: FaultSpec['kind']): Promise<boolean> {
    if (kind !== 'kill' && kind !== 'kill-engine') return false;
    if (this.killsAtStandstill) await this.#standstill.reached();
    this.kill(vendor, kind);
    return true;
  }

  /** The fault that this call meets, if one. */
  meet(call: DisturbedCall): FaultSpec | undefined {
    this.#standstill.note();
    let met: FaultSpec | undefined;
    for (const order of this.#ordered) {
      const { spec } = order;
      if (spec.vendor !== undefined && spec.vendor !== call.vendor) continue;
      if (spec.operation !== undefined && !call.operation.includes(spec.operation)) continue;
      if (spec.calls === 'mutating' && !call.mutating) continue;
      order.seen += 1;
      if (order.seen >= spec.nth && order.seen < spec.nth + spec.times) met ??= spec;
    }
    return met ?? this.decide?.(call);
  }
}
