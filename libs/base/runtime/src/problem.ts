import { types } from 'node:util';
import { errorStatus, type ErrorCode, type ErrorDetail } from '@keelson/contracts';

/**
 * A refusal as data: throw it anywhere below a request and the caller gets the error body of INF-FR-003.
 * Any error with the same `code` and `details` is answered alike, so libs need not import this class.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
  /** Extra response headers, e.g. `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: readonly ErrorDetail[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** What a caller is told about an error, and whether the cause is ours to look at. */
export interface Answer {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;
  /** True when the error is unexpected and belongs in the log with its stack. */
  readonly unexpected: boolean;
}

/** Seconds after which a caller may try again when a store is away: a killed Postgres accepts again within three. */
const RETRY_AFTER_SECONDS = '2';

const CODE_OF_STATUS = new Map(
  Object.entries(errorStatus).map(([code, status]) => [status as number, code as ErrorCode]),
);

/** SQLSTATE classes and system errors that say "no database", as opposed to "your statement is wrong". */
const UNAVAILABLE_SQLSTATE = /^(08...|57P0[1-5]|53300|53400|25006)$/;
const UNAVAILABLE_SYSTEM = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);
const UNAVAILABLE_TEXT =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|connection is closed/i;

/** True when an error (or its cause) says that a store cannot be reached, so that the same request may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (!types.isNativeError(error)) return false;
  const { code, syscall } = error as Error & { code?: unknown; syscall?: unknown };
  if (typeof code === 'string' && UNAVAILABLE_SQLSTATE.test(code)) return true;
  // ENOENT of a file is a bug; ENOENT of a connect is a socket that is not there.
  if (typeof code === 'string' && UNAVAILABLE_SYSTEM.has(code) && syscall !== 'open' && syscall !== 'stat') return true;
  // One error per address that a name stands for.
  const { errors } = error as Partial<AggregateError>;
  if (Array.isArray(errors) && errors.some(isUnavailable)) return true;
  return UNAVAILABLE_TEXT.test(error.message) || isUnavailable(error.cause);
}

function isCoded(error: unknown): error is HttpProblem {
  if (!types.isNativeError(error)) return false;
  const { code, details } = error as Partial<HttpProblem>;
  return typeof code === 'string' && Object.hasOwn(errorStatus, code) && Array.isArray(details);
}

/** What Fastify's parsers refuse, in our words: theirs can quote the body. */
const PARSER_MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request cannot be read; check that the body is valid JSON and matches its Content-Length',
  404: 'There is nothing at this address',
  413: 'The body is larger than this service accepts',
  415: 'The Content-Type is not one that this address accepts',
};

function fromStatus(error: Error & { status: number }): Answer {
  const { status } = error;
  const code = CODE_OF_STATUS.get(status) ?? (status < 500 ? 'VALIDATION_ERROR' : 'INTERNAL_ERROR');
  const isNest = 'getResponse' in error;
  const message =
    status >= 500
      ? 'The service cannot answer this request'
      : isNest && status !== 404 && status !== 413 && status !== 415
        ? error.message
        : (PARSER_MESSAGES[status] ?? 'The request was refused');
  return { status, code, message, details: [], headers: retryAfter(status), unexpected: status === 500 };
}

function retryAfter(status: number): Readonly<Record<string, string>> {
  return status === 503 || status === 429 ? { 'retry-after': RETRY_AFTER_SECONDS } : {};
}

/** Status, code and words for any thrown value; what is unexpected answers 500 without a word of its cause. */
export function answerFor(error: unknown): Answer {
  if (isCoded(error)) {
    const status = errorStatus[error.code];
    const headers = { ...retryAfter(status), ...error.headers };
    return { status, code: error.code, message: error.message, details: error.details, headers, unexpected: false };
  }
  if (isUnavailable(error)) {
    const message = 'A store that this request needs cannot be reached; try again shortly';
    return {
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
      message,
      details: [],
      headers: retryAfter(503),
      unexpected: false,
    };
  }
  if (types.isNativeError(error)) {
    const carrier = error as Error & { status?: unknown; statusCode?: unknown; getStatus?: () => number };
    const status = carrier.getStatus?.() ?? carrier.statusCode ?? carrier.status;
    if (typeof status === 'number' && status >= 400 && status <= 599)
      return fromStatus(Object.assign(error, { status }));
  }
  return {
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'Something went wrong on our side; the request id finds it in the log',
    details: [],
    headers: {},
    unexpected: true,
  };
}
