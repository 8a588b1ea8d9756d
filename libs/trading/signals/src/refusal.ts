import type { ErrorDetail } from '@keelson/contracts';

/** Why a delivery was not accepted. Nothing of it was recorded. */
export type RefusalCode = 'unknown_source' | 'malformed' | 'unauthenticated' | 'invalid' | 'unknown_symbol';

/** A refusal as data: the transport chooses status and format. No text of it contains a key. */
export interface Refusal {
  readonly outcome: RefusalCode;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}

export function refuse(outcome: RefusalCode, message: string, details: readonly ErrorDetail[] = []): Refusal {
  return { outcome, message, details };
}
