/** A message that fails so often by its own fault is taken out of the outbox. */
export const FAILURES_TO_DIE = 6;
/** Waits of 1/4, 1/2, 1, 2, 4 … seconds: what a release repairs within half a minute needs nobody. */
export const FIRST_BACKOFF_MS = 250;
export const LONGEST_BACKOFF_MS = 8_000;

/** Errors that mean "somebody was faster": the same work, read again, comes to a new decision. */
export const RETRY_CODES: ReadonlySet<string> = new Set(['KE010', '23505', '40001', '40P01']);

/**
 * Classes of SQLSTATE that tell of Postgres and not of the message: connection (08), state of the transaction (25),
 * roll-back (40), resources (53), objects in use (55), operator's intervention (57), system (58), internal (XX).
 */
const NOT_THE_MESSAGE = new Set(['08', '25', '40', '53', '55', '57', '58', 'XX']);
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * Whether an error speaks against the message that was handled. When in doubt it does not: a message that is tried once
 * too often costs a quarter of a second, one that is put aside because Postgres died costs a signal its time.
 */
export function speaksAgainstMessage(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const code: unknown = (error as { code?: unknown }).code;
  if (typeof code === 'string') {
    if (RETRY_CODES.has(code)) return false;
    // Codes of the system (ECONNRESET) and of the driver are no SQLSTATE; those are about the way, not about the message.
    return SQLSTATE.test(code) && !/^E[A-Z]{4}$/.test(code) && !NOT_THE_MESSAGE.has(code.slice(0, 2));
  }
  return !/connection|timeout|terminated|rolled back/i.test(error.message);
}

/** What is kept of an error: enough to know it again, never so much that a payload is copied. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, 2_000);
}
