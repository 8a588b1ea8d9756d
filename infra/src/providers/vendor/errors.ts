/** What went wrong with a request to a vendor, as far as a caller must tell it apart. */
export type VendorFailure =
  /** The token is missing, wrong or expired (401). */
  | 'unauthorized'
  /** The token may not do this, or a quota or plan forbids it (402, 403). */
  | 'forbidden'
  | 'not_found'
  /** A name is taken, or something changed meanwhile (409). */
  | 'conflict'
  /** The vendor refuses what was asked (other 4xx). */
  | 'refused'
  /** It says "too often", longer than we wait. */
  | 'rate_limited'
  /** It never reached the vendor, or the vendor says that it did nothing. */
  | 'not_done'
  /** A change was sent and no answer came: it may or may not have happened. Look before doing it again. */
  | 'ambiguous';

/** A failed request. The message names vendor, request and fix, and never a token, a header or a body that was sent. */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  readonly failure: VendorFailure;
  readonly status: number | undefined;
  /** The vendor's own code for it, where it has one. */
  readonly code: string | undefined;

  constructor(
    failure: VendorFailure,
    message: string,
    details: { status?: number; code?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause });
    this.failure = failure;
    this.status = details.status;
    this.code = details.code;
  }
}

export function failureOf(status: number): VendorFailure {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 402:
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not_found';
    case 409:
      return 'conflict';
    case 429:
      return 'rate_limited';
    default:
      return 'refused';
  }
}

/** True for an error that says so; for `catch` blocks that treat one failure as an answer. */
export function isFailure(error: unknown, failure: VendorFailure): error is VendorError {
  return error instanceof VendorError && error.failure === failure;
}
