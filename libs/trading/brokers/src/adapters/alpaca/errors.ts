import { errors } from 'undici';

/** What became of a request that has no answer. `sent` false means that no byte of it left. */
export interface Failure {
  readonly sent: boolean;
  readonly deadlinePassed: boolean;
  /** True when the connection ended under it. */
  readonly isCut?: boolean;
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

/** The cause in fixed words: messages of libraries may hold addresses and headers, and headers hold the keys. */
export function describeFailure(error: unknown): string {
  if (error instanceof DeadlinePassed) return 'the deadline passed before the request could be sent';
  if (error instanceof NoAnswer) return 'no answer came in time';
  if (error instanceof errors.ConnectTimeoutError) return 'the venue could not be reached in time';
  const { code } = error as { readonly code?: unknown };
  if (error instanceof errors.SocketError) return 'the connection ended before the answer';
  if (error instanceof errors.ClientClosedError || error instanceof errors.ClientDestroyedError)
    return 'the adapter was closed';
  return (typeof code === 'string' && SYSTEM_CODES[code]) || 'the connection failed';
}

/** Why an order is refused before anything is sent: data, of which `refusalText` makes the reason of the rejection. */
export type Refusal =
  | { readonly code: 'other_account' }
  | { readonly code: 'unknown_instrument'; readonly symbol: string }
  | { readonly code: 'instrument_not_traded'; readonly symbol: string; readonly kind: string }
  | { readonly code: 'symbol_not_expressible'; readonly symbol: string; readonly kind: string }
  | { readonly code: 'terms_not_traded'; readonly kind: string; readonly type: string; readonly timeInForce: string }
  | { readonly code: 'fraction_not_traded'; readonly quantity: string; readonly because: string }
  | { readonly code: 'not_replaceable'; readonly because: string };

/** One line that begins with the refusal's code, so that a person and a query both find it. */
export function refusalText(refusal: Refusal): string {
  return `${refusal.code}: ${explain(refusal)}`;
}

function explain(refusal: Refusal): string {
  switch (refusal.code) {
    case 'other_account':
      return 'the keys of this process are for another account; one Alpaca account serves one account of ours';
    case 'unknown_instrument':
      return `no instrument is called ${refusal.symbol}, so it is not known what Alpaca would take it for`;
    case 'instrument_not_traded':
      return `Alpaca trades no instruments of kind ${refusal.kind}, as ${refusal.symbol} is`;
    case 'symbol_not_expressible':
      return `${refusal.symbol} has not the form that Alpaca gives to kind ${refusal.kind}`;
    case 'terms_not_traded':
      return `Alpaca takes no ${refusal.type} order of kind ${refusal.kind} with time in force ${refusal.timeInForce}`;
    case 'fraction_not_traded':
      return `${refusal.quantity} is not whole, and ${refusal.because}`;
    case 'not_replaceable':
      return refusal.because;
  }
}
