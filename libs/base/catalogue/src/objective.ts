import type { Duration } from '@keelson/kernel';

/** A service level objective: the share of good events, over a window, and where the figure comes from. */
export interface Objective {
  readonly name: string;
  /** Percent of good events, e.g. 99.9. */
  readonly target: number;
  readonly window: Duration;
  /** What counts as good, in a sentence. */
  readonly good: string;
  /** For latency objectives: the bound in milliseconds at `percentile`. */
  readonly latency?: { readonly percentile: 95 | 99; readonly withinMs: number };
  /** Trading sessions only: Sunday 17:00 to Friday 16:00 Chicago time. */
  readonly duringSession: boolean;
  readonly source: string;
}

export const apiAvailability: Objective = {
  name: 'api-availability',
  target: 99.9,
  window: '30 days',
  good: 'a request that is answered without a 5xx',
  duringSession: false,
  source: 'document 000',
};

export const webhookAvailability: Objective = {
  name: 'webhook-availability',
  target: 99.9,
  window: '30 days',
  good: 'a webhook with a valid key that is answered with a 2xx',
  latency: { percentile: 95, withinMs: 10 },
  duringSession: false,
  source: 'document 000; INF-NFR-010 asks for 99.5',
};

export const pipelineAvailability: Objective = {
  name: 'pipeline-availability',
  target: 99.5,
  window: '30 days',
  good: 'an accepted signal whose terminal frame is published',
  latency: { percentile: 95, withinMs: 80 },
  duringSession: true,
  source: 'INF-NFR-008, INF-NFR-001',
};
