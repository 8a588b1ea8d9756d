import type { Duration } from '@keelson/kernel';
import type { MetricName } from './metrics.ts';

/** An alert: fires when a metric stays above a threshold. Its page stands beside it, under the same name. */
export interface AlertSpec {
  /** PascalCase; also the stem of its files in runbooks/. */
  readonly name: string;
  readonly severity: 'critical' | 'high' | 'warning';
  readonly summary: string;
  readonly metric: MetricName;
  /** In the metric's unit. */
  readonly above: number;
  /** How long it must stay above before the alert fires; it clears at the first look below. */
  readonly for: Duration;
  /** What makes it fire on purpose: a page is only worth what its last drill showed. */
  readonly drill: Fault;
}

/** A fault that a drill injects into a stack of one's own, and takes back. */
export type Fault =
  /** Every instance of a service stands still without having ended: the worst way to fail, as nothing restarts it. */
  | { readonly kind: 'freeze'; readonly service: string }
  /** The simulated venue misbehaves; `control` is what its control API takes. Then the check before the open may follow. */
  | {
      readonly kind: 'venue';
      readonly control: Readonly<Record<string, unknown>>;
      readonly checkMarketAfter?: Duration;
    }
  /** The demo account has reserved more than is open, by an amount of its currency. */
  | { readonly kind: 'exposure'; readonly by: string }
  /** The venue's book has the demo account hold what nobody traded. */
  | { readonly kind: 'position'; readonly symbol: string; readonly quantity: string }
  /** The demo account is halted while its venue does not answer. */
  | { readonly kind: 'unprovable_halt' }
  /** The demo account may order so little a second that what a drill sends is a runaway. */
  | { readonly kind: 'runaway' }
  /** A message of the demo team that no step can read. */
  | { readonly kind: 'poison' };
