/** The benchmarks, in the order in which they run and stand on the page. */
export const benchNames: readonly string[] = ['start', 'preview', 'cold-start', 'flow', 'gate', 'failover', 'peer'];
