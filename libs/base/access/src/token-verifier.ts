import { hash } from 'node:crypto';
import { type Clock, isId, systemClock } from '@keelson/kernel';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { BoundedCache } from './bounded-cache.ts';
import { type Identity, isRole } from './identity.ts';
import { AccessRefused } from './refusal.ts';

export interface TokenSettings {
  readonly issuer: string;
  readonly audience: string;
  /** A JSON Web Key Set as text, with public keys only. */
  readonly jwks?: string | undefined;
  /** Where the key set is published; asked again when a token names an unknown key, at most every 30 seconds. */
  readonly jwksUrl?: string | undefined;
  readonly clock?: Clock;
}

/** Asymmetric only: with a shared secret (HS256) whoever can check a token can also make one. */
const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];
const CLOCK_TOLERANCE_SECONDS = 5;
const CACHED_TOKENS = 10_000;
/** A verified token is trusted until it expires, but no longer than this: so long a withdrawn key may still work. */
const CACHED_FOR_MS = 5 * 60_000;

/** Raised while wiring when the key set cannot be used; names the variable, never its content. The runtime exits with 78. */
export class TokenKeysError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly {
    readonly key: string;
    readonly problem: 'missing' | 'invalid';
    readonly expected: string;
  }[];

  constructor(key: string, problem: 'missing' | 'invalid', expected: string) {
    super(`${key} is ${problem}: ${expected}`);
    this.problems = [{ key, problem, expected }];
  }
}

function parseKeySet(text: string): JSONWebKeySet {
  const expected = 'a JSON Web Key Set, {"keys":[…]}, with at least one public EC, RSA or OKP key and no private one';
  let parsed: Partial<JSONWebKeySet>;
  try {
    parsed = JSON.parse(text) as Partial<JSONWebKeySet>;
  } catch {
    // The parser's message quotes its input.
    throw new TokenKeysError('AUTH_JWKS', 'invalid', expected);
  }
  const { keys } = parsed;
  const usable = Array.isArray(keys) && keys.length > 0 && keys.every((key) => key.kty !== 'oct' && !('d' in key));
  if (!usable) throw new TokenKeysError('AUTH_JWKS', 'invalid', expected);
  return { keys };
}

function keySource({ jwks, jwksUrl }: TokenSettings): JWTVerifyGetKey {
  if (jwks) return createLocalJWKSet(parseKeySet(jwks));
  if (jwksUrl) {
    return createRemoteJWKSet(new URL(jwksUrl), {
      cooldownDuration: 30_000,
      cacheMaxAge: 10 * 60_000,
      timeoutDuration: 2_000,
    });
  }
  throw new TokenKeysError('AUTH_JWKS', 'missing', 'set it to the public keys, or AUTH_JWKS_URL to where they are');
}

function unauthenticated(reason: AccessRefused['reason'], message: string): AccessRefused {
  return new AccessRefused('AUTHENTICATION_REQUIRED', reason, message);
}

/** jose's errors in our words; theirs are for programmers, and none may carry the token. */
function refusalFor(error: unknown): AccessRefused {
  if (error instanceof errors.JWTExpired)
    return unauthenticated('token-expired', 'The token has expired; sign in again');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return unauthenticated('issuer-wrong', 'The token was issued by somebody else');
    if (error.claim === 'aud') return unauthenticated('audience-wrong', 'The token is meant for another service');
    if (error.claim === 'nbf') return unauthenticated('token-not-yet-valid', 'The token is not valid yet');
    return unauthenticated('claims-incomplete', `The token's claim ${error.claim} is missing or not valid`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return unauthenticated('signature-wrong', "The token's signature does not fit");
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) {
    return unauthenticated('algorithm-not-allowed', `The token must be signed with ${ALGORITHMS.join(', ')}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) {
    return unauthenticated('key-unknown', 'The token is signed with a key that is not known here');
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return unauthenticated('token-malformed', 'The token is not a signed JSON Web Token');
  }
  return new AccessRefused('SERVICE_UNAVAILABLE', 'keys-unavailable', 'The keys that sign tokens cannot be fetched');
}

/** Supabase keeps what a user cannot edit in app_metadata; user_metadata is never read. */
function identityFrom(payload: JWTPayload): Identity {
  const ours = payload as { team_id?: unknown; role?: unknown; app_metadata?: { team_id?: unknown; role?: unknown } };
  const teamId = ours.team_id ?? ours.app_metadata?.team_id;
  // Supabase's own `role` says "authenticated"; then ours is in app_metadata.
  const role = isRole(ours.role) ? ours.role : ours.app_metadata?.role;
  if (!payload.sub) throw unauthenticated('claims-incomplete', 'The token names no user (sub)');
  if (typeof teamId !== 'string' || !isId(teamId)) {
    throw unauthenticated('claims-incomplete', 'The token names no team (team_id)');
  }
  if (!isRole(role))
    throw unauthenticated('claims-incomplete', 'The token names no role (viewer, trader, admin or owner)');
  return { userId: payload.sub, teamId, role };
}

/** Checks access tokens: signature, algorithm, issuer, audience, expiry; and says who they stand for. */
export class TokenVerifier {
  readonly #settings: TokenSettings;
  readonly #clock: Clock;
  readonly #keys: JWTVerifyGetKey;
  readonly #verified = new BoundedCache<Identity>(CACHED_TOKENS);

  /** Throws TokenKeysError when neither key source is usable. */
  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#clock = settings.clock ?? systemClock;
    this.#keys = keySource(settings);
  }

  /** The identity of a token. Throws AccessRefused with the reason. */
  async verify(token: string): Promise<Identity> {
    const now = this.#clock.now().getTime();
    // By digest, so that a memory dump holds no tokens of ours beyond those in flight.
    const digest = hash('sha256', token, 'base64url');
    const known = this.#verified.get(digest, now);
    if (known) return known;
    const payload = await this.#verifySignature(token);
    const identity = identityFrom(payload);
    this.#verified.set(digest, identity, Math.min(payload.exp! * 1_000, now + CACHED_FOR_MS));
    return identity;
  }

  /** The identity of an `Authorization: Bearer …` header. Throws AccessRefused. */
  async verifyHeader(authorization: string | undefined): Promise<Identity> {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (token) return this.verify(token);
    const words = 'Send "Authorization: Bearer <token>"';
    throw unauthenticated(authorization ? 'token-malformed' : 'token-missing', words);
  }

  async #verifySignature(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        algorithms: ALGORITHMS,
        issuer: this.#settings.issuer,
        audience: this.#settings.audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.#clock.now(),
      });
      return payload;
    } catch (error) {
      throw refusalFor(error);
    }
  }
}
