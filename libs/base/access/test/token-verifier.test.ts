import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT } from 'jose';
import { AccessRefused } from '../src/refusal.ts';
import { generateSigningKey, mintToken, type SigningKey } from '../src/signing.ts';
import { TokenVerifier } from '../src/token-verifier.ts';

const teamId = '01890a5d-ac96-774b-bcce-b302099a8057';
const expected = { issuer: 'keelson', audience: 'authenticated' };
const claims = { ...expected, userId: 'user-1', teamId, role: 'trader' } as const;
let key: SigningKey;
let verifier: TokenVerifier;

beforeAll(async () => {
  key = await generateSigningKey();
  verifier = new TokenVerifier({ ...expected, jwks: key.jwks });
});

async function refusalOf(work: Promise<unknown>): Promise<AccessRefused> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof AccessRefused) return error;
  throw new Error(`Expected a refusal, got ${JSON.stringify(error)}`);
}

/** A token with any payload, signed with the right key unless told otherwise. */
async function signed(payload: Record<string, unknown>, alg = 'ES256', secret?: Uint8Array): Promise<string> {
  const { importJWK } = await import('jose');
  const whole = {
    iss: 'keelson',
    aud: 'authenticated',
    sub: 'user-1',
    exp: Math.floor(Date.now() / 1_000) + 60,
    ...payload,
  };
  return new SignJWT(whole)
    .setProtectedHeader({ alg, kid: key.privateJwk.kid! })
    .sign(secret ?? (await importJWK(key.privateJwk, 'ES256')));
}

describe('TokenVerifier', () => {
  it('says who a token stands for', async () => {
    const token = await mintToken(key.privateJwk, claims, '1 minute');
    const identity = { userId: 'user-1', teamId, role: 'trader' };
    expect(await verifier.verify(token)).toEqual(identity);
    expect(await verifier.verifyHeader(`Bearer ${token}`)).toEqual(identity);
  });

  it('reads team and role where Supabase keeps them, and never where users can write', async () => {
    const supabase = await signed({ role: 'authenticated', app_metadata: { team_id: teamId, role: 'admin' } });
    expect(await verifier.verify(supabase)).toEqual({ userId: 'user-1', teamId, role: 'admin' });
    const forged = await signed({ role: 'authenticated', user_metadata: { team_id: teamId, role: 'owner' } });
    expect((await refusalOf(verifier.verify(forged))).reason).toBe('claims-incomplete');
  });

  it.each([
    ['issuer-wrong', { iss: 'other' }],
    ['audience-wrong', { aud: 'other' }],
    ['token-expired', { exp: 1_000 }],
    ['token-not-yet-valid', { nbf: Math.floor(Date.now() / 1_000) + 600 }],
    ['claims-incomplete', { exp: undefined }],
    ['claims-incomplete', { sub: undefined }],
    ['claims-incomplete', { team_id: 'not-an-id' }],
    ['claims-incomplete', { role: 'root' }],
  ])('refuses with %s a token that says %j', async (reason, payload) => {
    const token = await signed({ team_id: teamId, role: 'viewer', ...payload });
    const refusal = await refusalOf(verifier.verify(token));
    expect(refusal).toMatchObject({ code: 'AUTHENTICATION_REQUIRED', reason });
    expect(refusal.headers).toEqual({ 'www-authenticate': 'Bearer' });
    expect(`${refusal.message}${refusal.stack}`).not.toContain(token);
  });

  it('refuses a shared secret, even the public key as one, and no signature at all', async () => {
    const payload = { team_id: teamId, role: 'owner' };
    const symmetric = await signed(payload, 'HS256', new TextEncoder().encode(key.jwks));
    expect((await refusalOf(verifier.verify(symmetric))).reason).toBe('algorithm-not-allowed');
    const unsecured = new UnsecuredJWT(payload).setExpirationTime('1h').setSubject('x').encode();
    expect((await refusalOf(verifier.verify(unsecured))).code).toBe('AUTHENTICATION_REQUIRED');
  });

  it('refuses a changed payload, an unknown key and text that is no token', async () => {
    const [head, , tail] = (await signed({ team_id: teamId, role: 'viewer' })).split('.') as [string, string, string];
    const owner = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url');
    expect((await refusalOf(verifier.verify(`${head}.${owner}.${tail}`))).reason).toBe('signature-wrong');
    const stranger = await mintToken((await generateSigningKey()).privateJwk, claims, '1 minute');
    expect((await refusalOf(verifier.verify(stranger))).reason).toBe('key-unknown');
    expect((await refusalOf(verifier.verify('a.b.c'))).reason).toBe('token-malformed');
    expect((await refusalOf(verifier.verifyHeader(undefined))).reason).toBe('token-missing');
    expect((await refusalOf(verifier.verifyHeader('Basic abc'))).reason).toBe('token-malformed');
  });

  it('stops trusting a token that it has seen once it expires', async () => {
    let now = Date.now();
    const aged = new TokenVerifier({ ...expected, jwks: key.jwks, clock: { now: () => new Date(now) } });
    const token = await mintToken(key.privateJwk, claims, '1 minute');
    await aged.verify(token);
    now += 59_000;
    await aged.verify(token);
    now += 10_000;
    expect((await refusalOf(aged.verify(token))).reason).toBe('token-expired');
  });

  it.each([
    ['text that is not JSON', '{canary'],
    ['no keys', '{"keys":[]}'],
    ['a shared secret', '{"keys":[{"kty":"oct","k":"canary"}]}'],
    ['a private key', '{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"canary"}]}'],
    ['nothing', undefined],
  ])('is not made from %s, and names the variable without its content', (_what, jwks) => {
    const make = () => new TokenVerifier({ ...expected, jwks });
    expect(make).toThrow('AUTH_JWKS is');
    expect(make).not.toThrow('canary');
  });
});

describe('TokenVerifier with keys by URL', () => {
  let server: Server;
  let published = '';
  let asked = 0;

  beforeAll(async () => {
    published = key.jwks;
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(published);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  it('fetches the keys once for many tokens, and does not ask again for each unknown key', async () => {
    const { port } = server.address() as AddressInfo;
    const remote = new TokenVerifier({ ...expected, jwksUrl: `http://127.0.0.1:${port}/jwks.json` });
    for (const userId of ['a', 'b', 'c']) {
      const token = await mintToken(key.privateJwk, { ...claims, userId }, '1 minute');
      expect((await remote.verify(token)).userId).toBe(userId);
    }
    expect(asked).toBe(1);
    const stranger = await generateSigningKey();
    for (let i = 0; i < 3; i += 1) {
      const token = await mintToken(stranger.privateJwk, { ...claims, userId: `s${i}` }, '1 minute');
      expect((await refusalOf(remote.verify(token))).reason).toBe('key-unknown');
    }
    expect(asked).toBe(1);
  });

  it('says that it is not the caller when the keys cannot be fetched', async () => {
    const remote = new TokenVerifier({ ...expected, jwksUrl: 'http://127.0.0.1:1/jwks.json' });
    const token = await mintToken(key.privateJwk, claims, '1 minute');
    expect(await refusalOf(remote.verify(token))).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'keys-unavailable',
    });
  });
});
