/** The runs that try to break the platform, in the order in which they stand on the page. */
export const tortureNames: readonly string[] = [
  'torture-halt',
  'torture-lost-replies',
  'torture-breaker',
  'torture-drift',
  'torture-runaway',
  'torture-kill-storm',
  'torture-up-faults',
  'torture-removal',
];
