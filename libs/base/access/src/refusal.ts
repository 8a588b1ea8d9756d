import type { ErrorCode, ErrorDetail } from '@keelson/contracts';

/** Why a caller is not let in. Words for people are in the message; this is what code and tests compare. */
export type RefusalReason =
  | 'token-missing'
  | 'token-malformed'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'algorithm-not-allowed'
  | 'key-unknown'
  | 'signature-wrong'
  | 'issuer-wrong'
  | 'audience-wrong'
  | 'claims-incomplete'
  | 'keys-unavailable'
  | 'role-too-low'
  | 'rate-limited';

type AccessCode = Extract<ErrorCode, 'AUTHENTICATION_REQUIRED' | 'FORBIDDEN' | 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE'>;

/** Thrown when a caller is not let in; the runtime answers it with its code, message and headers. Never holds a token. */
export class AccessRefused extends Error {
  override readonly name = 'AccessRefused';
  readonly code: AccessCode;
  readonly reason: RefusalReason;
  readonly details: readonly ErrorDetail[] = [];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: AccessCode,
    reason: RefusalReason,
    message: string,
    headers: Readonly<Record<string, string>> = code === 'AUTHENTICATION_REQUIRED'
      ? { 'www-authenticate': 'Bearer' }
      : {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.headers = headers;
  }
}
