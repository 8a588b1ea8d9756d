import type { BrokerCapabilities } from '@keelson/brokers';

/** What decides how soon an account is looked at again. */
export interface Standing {
  /** It traded within the last minute. */
  readonly active: boolean;
  /** Orders of it are open. */
  readonly working: boolean;
  /** It holds something. */
  readonly holding: boolean;
  /** A repair is to be seen to have worked. */
  readonly mending: boolean;
}

/** Pauses between two looks at an account; `day` is that between two at its whole day. */
export const AGAIN_MS = {
  ...{ mending: 500, active: 3_000, working: 5_000, holding: 30_000, idle: 60_000 },
  day: 5_000,
} as const;

/** Of an account's time, the part that looks at its whole day may take: the longer they are, the rarer. */
export const DAY_LOOK_SHARE = 0.1;

/** How long a comparison vouches for its account: several missed ones, then it counts as unknown. */
export const VOUCH_MS = 180_000;

/** After a venue that did not answer. */
export const RETRY_MS = 1_000;

/** The quiet interval between two looks: an answer and a stream bring what happened there well within it. */
export const QUIET_MS = 1_500;

/** What one look asks of a venue: open orders, positions, balances, and one page or more of executions. */
const REQUESTS_A_LOOK = 4;
/** Of what a venue allows, the part that comparing may use; the rest belongs to orders and cancels. */
const SHARE = 0.25;

export function pauseAfter({ active, working, holding, mending }: Standing): number {
  if (mending) return AGAIN_MS.mending;
  if (active) return AGAIN_MS.active;
  if (working) return AGAIN_MS.working;
  return holding ? AGAIN_MS.holding : AGAIN_MS.idle;
}

/** Looks a second that a venue's limit leaves room for, over all its accounts in this process. */
export function looksPerSecond({ requestsPerMinute }: Pick<BrokerCapabilities, 'requestsPerMinute'>): number {
  return requestsPerMinute === undefined ? 50 : (requestsPerMinute * SHARE) / 60 / REQUESTS_A_LOOK;
}
