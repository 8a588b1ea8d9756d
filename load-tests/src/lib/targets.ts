/** An objective as k6 thresholds; rendered from the catalogue. */
interface ObjectiveThresholds {
  readonly failed: readonly string[];
  readonly duration?: readonly string[];
}

export interface Targets {
  readonly thresholds: Readonly<Record<string, ObjectiveThresholds>>;
}

function objective(targets: Targets, name: string): ObjectiveThresholds {
  const found = targets.thresholds[name];
  if (found) return found;
  throw new Error(`targets.json has no objective "${name}": npm run render writes it from the catalogue`);
}

/** "p(95)<80" with another bound. By hand: k6 knows no named groups, and takes a pattern with some for one that never fits. */
function loosened(rule: string, slack: number): string {
  const [measure, bound, ...rest] = rule.split('<');
  if (bound === undefined || rest.length > 0 || !(Number(bound) > 0))
    throw new Error(`"${rule}" is no bound of a latency`);
  return `${measure}<${Number(bound) * slack}`;
}

/**
 * Thresholds by metric: the objectives' own figures, and what no objective allows at all. `slack` multiplies the bounds
 * of latencies, for machines on which others work too; shares and counts know no slack.
 */
export function thresholdsOf(targets: Targets, slack = 1): Record<string, readonly string[]> {
  const webhook = objective(targets, 'webhook-availability');
  const pipeline = objective(targets, 'pipeline-availability');
  const within = (rules: readonly string[] = []): string[] => rules.map((rule) => loosened(rule, slack));
  return {
    webhook_failed: webhook.failed,
    webhook_accepted_ms: within(webhook.duration),
    signal_failed: pipeline.failed,
    signal_frame_ms: within(pipeline.duration),
    signals_doubled: ['count==0'],
    frames_missed: ['count==0'],
  };
}
