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

/** Thresholds by metric: the objectives' own figures, and what no objective allows at all. */
export function thresholdsOf(targets: Targets): Record<string, readonly string[]> {
  const webhook = objective(targets, 'webhook-availability');
  const pipeline = objective(targets, 'pipeline-availability');
  return {
    webhook_failed: webhook.failed,
    webhook_accepted_ms: webhook.duration ?? [],
    signal_failed: pipeline.failed,
    signal_frame_ms: pipeline.duration ?? [],
    signals_doubled: ['count==0'],
    frames_missed: ['count==0'],
  };
}
