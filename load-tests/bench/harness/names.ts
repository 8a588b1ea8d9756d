/** The benchmarks, in the order in which they run and stand on the page. */
export const benchNames: readonly string[] = [
  'fresh-start',
  'start',
  'preview',
  'rehearsal',
  'cold-start',
  'flow',
  'yardstick',
  'profile',
  'gate',
  'gates',
  'risk',
  'idle',
  'failover',
  'peer',
];
