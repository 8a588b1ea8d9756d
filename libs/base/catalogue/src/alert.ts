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
}
