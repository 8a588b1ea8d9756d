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

/** Why nothing leaves any more: whoever made the connections has closed them. */
export const ADAPTER_CLOSED = 'the adapter was closed';

/** undici's code of a connection that ended, whoever ended it. */
const SOCKET_ENDED = 'UND_ERR_SOCKET';

/** Why a connection failed, by the code of the system's error or of undici's. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at the venue’s address',
  ECONNRESET: 'the venue cut the connection',
  EPIPE: 'the venue cut the connection',
  ENOTFOUND: 'the venue’s host name is not known',
  EAI_AGAIN: 'the venue’s host name could not be resolved now',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no route to the venue',
  ENETUNREACH: 'there is no route to the venue',
  UND_ERR_CONNECT_TIMEOUT: 'the venue could not be reached in time',
  [SOCKET_ENDED]: 'the connection ended before the answer',
  UND_ERR_CLOSED: ADAPTER_CLOSED,
  UND_ERR_DESTROYED: ADAPTER_CLOSED,
};

/** Makes a failure of what undici gave, or of what was thrown into it. */
export function failureOf(error: Error, sent: boolean): Failure {
  const isCut = codeOf(error) === SOCKET_ENDED || codeOf(error) === 'ECONNRESET';
  return { sent, deadlinePassed: error instanceof DeadlinePassed, isCut, reason: describe(error) };
}

/** The cause in fixed words: messages of libraries may hold addresses and headers, and those may hold credentials. */
function describe(error: Error): string {
  if (error instanceof DeadlinePassed) return 'the deadline passed before the request could be sent';
  if (error instanceof NoAnswer) return 'no answer came in time';
  return CAUSES[codeOf(error) ?? ''] ?? 'the connection failed';
}

function codeOf(error: NodeJS.ErrnoException): string | undefined {
  return error.code;
}

/** What a submission without an answer has come to: unknown as soon as one byte may have arrived. */
export function unanswered({ sent, deadlinePassed, reason }: Failure): SubmitOutcome {
  if (sent) return { outcome: 'unknown', reason };
  return { outcome: 'not_sent', cause: deadlinePassed ? 'deadline_passed' : 'unreachable', reason };
}
