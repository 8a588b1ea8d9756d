import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateSigningKey, TokenVerifier } from '@keelson/access';
import { demoTeamId } from '../../src/seed/teams.ts';
import { keelson, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
const state = { KEELSON_STATE_DIR: folder.path };
let server: Server;
let url: string;
let jwks: string;

/** A stack as the supervisor records it: an api that answers, a gateway that doesn't any more. */
beforeAll(async () => {
  server = createServer((request, response) => response.writeHead(request.url === '/health/ready' ? 200 : 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stack = join(folder.path, 'local');
  mkdirSync(stack);
  const entry = { kind: 'service', state: 'ready', pid: 1, port: 1, restarts: 0, since: new Date().toISOString() };
  const services = [
    { ...entry, name: 'api', instance: 'api', url },
    { ...entry, name: 'stream-gateway', instance: 'stream-gateway', url: 'http://127.0.0.1:1' },
  ];
  writeFileSync(join(stack, 'status.json'), JSON.stringify({ stack: 'local', services, socket: '/nowhere' }));
  const key = await generateSigningKey();
  jwks = key.jwks;
  const credentials = {
    databaseAdminUrl: 'postgres://a@127.0.0.1/a',
    databaseUrl: 'postgres://keelson_app@127.0.0.1:1/keelson',
    redisUrl: 'redis://127.0.0.1:1',
    auth: { privateJwk: key.privateJwk, jwks: JSON.parse(key.jwks), issuer: 'keelson', audience: 'authenticated' },
    demo: { webhookKey: 'kw_secret', webhookPathId: 'path' },
  };
  writeFileSync(join(stack, 'credentials.json'), JSON.stringify(credentials));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

describe('keelson status --json', () => {
  it('has the documented form, one entry per name, each by what it answers now', async () => {
    const { code, stdout } = await keelson(['status', '--json'], state);
    const status = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(status).toMatchObject({ stack: 'local', api: url, stream: 'ws://127.0.0.1:1/api/v1/ws' });
    const byName = new Map(status.services.map((service: { name: string }) => [service.name, service]));
    expect(byName.size).toBe(status.services.length);
    expect(byName.get('api')).toMatchObject({ state: 'ready', url });
    expect(byName.get('stream-gateway')).toMatchObject({ state: 'unreachable' });
    expect(byName.get('worker')).toMatchObject({ state: 'stopped' });
  });

  it('exits with 4 under --expect-ready', async () => {
    expect((await keelson(['status', '--expect-ready', '--json'], state)).code).toBe(4);
  });
});

describe('keelson demo --json', () => {
  it('has exactly the documented fields, and a token that the services accept', async () => {
    const { code, stdout } = await keelson(['demo', '--json'], state);
    const demo = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(Object.keys(demo)).toEqual(['webhook_url', 'webhook_key', 'token', 'stream_url']);
    expect(demo).toMatchObject({
      webhook_url: `${url}/api/v1/webhooks/tradingview`,
      webhook_key: 'kw_secret',
      stream_url: 'ws://127.0.0.1:1/api/v1/ws',
    });
    const verifier = new TokenVerifier({ jwks, issuer: 'keelson', audience: 'authenticated' });
    await expect(verifier.verify(demo.token)).resolves.toMatchObject({ teamId: demoTeamId, role: 'owner' });
    const claims = JSON.parse(Buffer.from(demo.token.split('.')[1], 'base64url').toString('utf8'));
    expect(claims.exp - claims.iat).toBe(12 * 3_600);
  });
});

describe('a failing command', () => {
  it.each([
    [['demo', '--json'], 6],
    [['logs', 'api', '--json'], 6],
    [['signal', '--action', 'hold', '--json'], 2],
    [['runbook', 'show', 'Nothing', '--json'], 2],
  ])('%j exits with %i, one JSON document on stdout, cause and fix on stderr', async (words, expected) => {
    const { code, stdout, stderr } = await keelson(words, { KEELSON_STATE_DIR: join(folder.path, 'none') });
    expect(code).toBe(expected);
    const { error } = JSON.parse(stdout);
    expect(error).toMatchObject({ exit_code: expected, message: expect.any(String), fix: expect.any(String) });
    expect(stderr).not.toBe('');
  });

  it('says what a wrong credentials file lacks, never what it holds', async () => {
    const broken = temporaryFolder();
    mkdirSync(join(broken.path, 'local'));
    writeFileSync(
      join(broken.path, 'local', 'credentials.json'),
      JSON.stringify({ databaseUrl: 'postgres://u:hunter2@h/d' }),
    );
    const { code, stderr } = await keelson(['explain', 'x'], { KEELSON_STATE_DIR: broken.path });
    expect(code).toBe(2);
    expect(stderr).toContain('databaseAdminUrl');
    expect(stderr).not.toContain('hunter2');
    broken.remove();
  });

  it('prints help on stdout and no colour codes into a pipe', async () => {
    const { code, stdout } = await keelson(['--help'], {});
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: keelson');
    expect(stdout).not.toContain('\u001b[');
  });
});
