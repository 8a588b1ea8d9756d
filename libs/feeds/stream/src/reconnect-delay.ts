/** Seconds between attempts (INF-FR-012), the last one from then on. */
const STEPS_SECONDS = [1, 2, 4, 8, 16, 30];

/**
 * Milliseconds until the next attempt after so many failed ones. Between half and all of the step, at random: a gateway
 * that went away must not get all its clients back in the same instant.
 */
export function reconnectDelay(failures: number, random: () => number = Math.random): number {
  const step = STEPS_SECONDS[Math.min(failures, STEPS_SECONDS.length - 1)]!;
  return Math.round(step * 1_000 * (0.5 + random() / 2));
}
