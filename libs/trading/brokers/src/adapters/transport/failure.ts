import { errors } from 'undici';
import type { SubmitOutcome } from '../../broker.port.ts';

/** What became of a request that has no answer. `sent` false means that no byte of it left. */
export interface Failure {
  readonly sent: boolean;
  readonly deadlinePassed: boolean;
  /** True when the connection ended under it. */
  readonly isCut: boolean;
  readonly reason: string;
}

/** Thrown into undici to stop a request whose deadline passed before its first byte. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** Thrown into undici to stop waiting for an answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at the venue’s address',
  ECONNRESET: 'the venue cut the connection',
  EPIPE: 'the venue cut the connection',
  ENOTFOUND: 'the venue’s host name is not known',
  EAI_AGAIN: 'the venue’s host name could not be resolved now',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to the venue',
  ENETUNREACH: 'there is no route to the venue',
};

/** Makes a failure of what undici gave, or of what was thrown into it. */
export function failureOf(error: Error, sent: boolean): Failure {
  const isCut = error instanceof errors.SocketError || codeOf(error) === 'ECONNRESET';
  return { sent, deadlinePassed: error instanceof DeadlinePassed, isCut, reason: describe(error) };
}

/** The cause in fixed words: messages of libraries may hold addresses and headers, and those may hold credentials. */
function describe(error: Error): string {
  if (error instanceof DeadlinePassed) return 'the deadline passed before the request could be sent';
  if (error instanceof NoAnswer) return 'no answer came in time';
  if (error instanceof errors.ConnectTimeoutError) return 'the venue could not be reached in time';
  if (error instanceof errors.SocketError) return 'the connection ended before the answer';
  if (error instanceof errors.ClientClosedError || error instanceof errors.ClientDestroyedError)
    return 'the adapter was closed';
  return SYSTEM_CODES[codeOf(error) ?? ''] ?? 'the connection failed';
}

function codeOf(error: NodeJS.ErrnoException): string | undefined {
  return error.code;
}

/** What a submission without an answer has come to: unknown as soon as one byte may have arrived. */
export function unanswered({ sent, deadlinePassed, reason }: Failure): SubmitOutcome {
  if (sent) return { outcome: 'unknown', reason };
  return { outcome: 'not_sent', cause: deadlinePassed ? 'deadline_passed' : 'unreachable', reason };
}
