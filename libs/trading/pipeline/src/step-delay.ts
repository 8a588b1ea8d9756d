import type { Probe } from '@keelson/messaging';

/**
 * A delay in one named step, for proving that the load gate notices: "route:50" adds 50 ms before every commit that
 * records a venue's answer. Steps that share a commit are delayed by the name of the one that begins it.
 */
export function probeFrom(setting: string | undefined): Probe | undefined {
  if (!setting) return undefined;
  const [step, delay] = setting.split(':');
  return async (point, at) => {
    if (point === 'before-commit' && at === step) await new Promise((resolve) => setTimeout(resolve, Number(delay)));
  };
}
