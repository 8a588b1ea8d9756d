import { randomUUID } from 'node:crypto';
import { type Duration, milliseconds } from '@keelson/kernel';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Identity } from './identity.ts';

/** A new ES256 key: the private half stays with whoever mints tokens, `jwks` is the text for AUTH_JWKS. */
export interface SigningKey {
  readonly privateJwk: JWK;
  readonly jwks: string;
}

/** Makes the key pair of a local stack or a test; in a cloud the identity provider has its own. */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const marks = { kid: randomUUID(), alg: 'ES256', use: 'sig' };
  const publicJwk = { ...(await exportJWK(publicKey)), ...marks };
  return { privateJwk: { ...(await exportJWK(privateKey)), ...marks }, jwks: JSON.stringify({ keys: [publicJwk] }) };
}

/** What a minted token says beside its times. */
export interface TokenClaims extends Identity {
  readonly issuer: string;
  readonly audience: string;
}

/** An access token for a local stack or a test, signed with ES256. */
export async function mintToken(privateJwk: JWK, claims: TokenClaims, lifetime: Duration): Promise<string> {
  const key = await importJWK(privateJwk, 'ES256');
  const nowSeconds = Math.floor(Date.now() / 1_000);
  return new SignJWT({ team_id: claims.teamId, role: claims.role })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...(privateJwk.kid ? { kid: privateJwk.kid } : {}) })
    .setSubject(claims.userId)
    .setIssuer(claims.issuer)
    .setAudience(claims.audience)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + milliseconds(lifetime) / 1_000)
    .sign(key);
}
