/** Why the gateway closes a connection; codes from 4000 are ours, the last two digits borrow from HTTP. */
export const closeCode = {
  /** The process goes away; another takes over. Resume at once. */
  goingAway: 1001,
  /** Postgres or the token keys are away. Resume later. */
  tryAgainLater: 1013,
  badFrames: 4400,
  unauthenticated: 4401,
  tooSlow: 4408,
  tooManyConnections: 4429,
} as const;
export type CloseCode = (typeof closeCode)[keyof typeof closeCode];
