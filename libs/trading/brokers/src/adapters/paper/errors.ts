import { errors } from 'undici';

/** What became of a request that has no answer. `sent` false means that no byte of it left. */
export interface Failure {
  readonly sent: boolean;
  readonly deadlinePassed: boolean;
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

/** The cause in fixed words: messages of libraries may hold addresses, and addresses may hold credentials. */
export function describeFailure(error: unknown): string {
  if (error instanceof DeadlinePassed) return 'the deadline passed before the order could be sent';
  if (error instanceof NoAnswer) return 'no answer came in time';
  if (error instanceof errors.ConnectTimeoutError) return 'the venue could not be reached in time';
  const { code } = error as { readonly code?: unknown };
  if (error instanceof errors.SocketError) return 'the connection ended before the answer';
  if (error instanceof errors.ClientClosedError || error instanceof errors.ClientDestroyedError)
    return 'the adapter was closed';
  return (typeof code === 'string' && SYSTEM_CODES[code]) || 'the connection failed';
}
