import type { AddressInfo } from 'node:net';
import { generateSigningKey, type Identity, mintToken, type Role, type SigningKey } from '@keelson/access';
import { AccessModule, CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { errorBody } from '@keelson/contracts';
import { PersistenceModule } from '@keelson/persistence/module';
import { bootstrap } from '@keelson/runtime';
import { freePort } from '@keelson/testkit';
import { Controller, Get, Module, Post, UseGuards } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fixtureService } from './fixture/spec.ts';

class GuardedController {
  whoami(identity: Identity) {
    return identity;
  }
  halt() {
    return { halted: true };
  }
}
Controller()(GuardedController);
function decorate(method: 'whoami' | 'halt', ...decorators: MethodDecorator[]): void {
  const descriptor = Object.getOwnPropertyDescriptor(GuardedController.prototype, method)!;
  for (const decorator of decorators) decorator(GuardedController.prototype, method, descriptor);
}
decorate('whoami', Get('whoami'), UseGuards(requireIdentity()));
CurrentIdentity()(GuardedController.prototype, 'whoami', 0);
decorate('halt', Post('halt'), UseGuards(requireIdentity('admin')));

class GuardedModule {}
Module({ controllers: [GuardedController] })(GuardedModule);

const tokenNames = { issuer: 'keelson', audience: 'authenticated' };
const teamId = '01890a5d-ac96-774b-bcce-b302099a8057';
let app: NestFastifyApplication;
let url: string;
let key: SigningKey;

beforeAll(async () => {
  key = await generateSigningKey();
  process.env['PORT'] = String(await freePort());
  process.env['LOG_LEVEL'] = 'fatal';
  const access = AccessModule.register({
    ...tokenNames,
    jwks: key.jwks,
    limits: { read: '3 per minute', write: '60 per minute' },
  });
  // Nothing here asks Postgres; the pool connects when it is first used.
  const database = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', DATABASE_POOL_SIZE: 1 };
  const imports = [PersistenceModule.forService(database, 'guarded'), access];
  await bootstrap({
    service: fixtureService,
    module: { module: GuardedModule, imports },
    beforeListen: (started) => {
      app = started.app;
    },
  });
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/api/v1`;
});
afterAll(() => app.close());

async function call(method: string, path: string, user: string, role: Role): Promise<Response> {
  const token = await mintToken(key.privateJwk, { ...tokenNames, userId: user, teamId, role }, '1 minute');
  return fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
}

describe('a guarded route', () => {
  it('gives the identity to the controller and the remaining rate to the caller', async () => {
    const response = await call('GET', '/whoami', 'ann', 'viewer');
    expect(await response.json()).toEqual({ userId: 'ann', teamId, role: 'viewer' });
    expect(response.headers.get('x-ratelimit-limit')).toBe('3');
    expect(response.headers.get('x-ratelimit-remaining')).toBe('2');
  });

  it('answers 401 in the error format without a token and 403 below the role', async () => {
    const anonymous = await fetch(`${url}/whoami`);
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    expect(errorBody.parse(await anonymous.json()).error.code).toBe('AUTHENTICATION_REQUIRED');
    const trader = await call('POST', '/halt', 'ben', 'trader');
    expect(trader.status).toBe(403);
    expect(errorBody.parse(await trader.json()).error.message).toBe('This needs the role admin; yours is trader');
    expect((await call('POST', '/halt', 'ben', 'owner')).status).toBe(201);
  });

  it('answers 429 with Retry-After beyond the rate, per user', async () => {
    for (let i = 0; i < 3; i += 1) expect((await call('GET', '/whoami', 'cid', 'viewer')).status).toBe(200);
    const refused = await call('GET', '/whoami', 'cid', 'viewer');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(errorBody.parse(await refused.json()).error.code).toBe('RATE_LIMITED');
    expect((await call('GET', '/whoami', 'dot', 'viewer')).status).toBe(200);
    expect((await call('POST', '/halt', 'cid', 'owner')).status).toBe(201);
  });
});
