import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { errorBody } from '@keelson/contracts';
import { bootstrap } from '@keelson/runtime';
import { freePort } from '@keelson/testkit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureModule } from './fixture/module.ts';
import { fixtureService } from './fixture/spec.ts';

let app: NestFastifyApplication;
let url: string;
let startEnded = false;

beforeAll(async () => {
  process.env['PORT'] = String(await freePort());
  // The lines themselves are looked at in process.test.ts, where nothing else writes to standard output.
  process.env['LOG_LEVEL'] = 'fatal';
  await bootstrap({
    service: fixtureService,
    module: ({ config }) => ({ module: FixtureModule, providers: [{ provide: 'port', useValue: config.PORT }] }),
    beforeListen: (started) => {
      app = started.app;
    },
    // Ends only because the port opens meanwhile.
    start: async (started) => {
      await once(started.app.getHttpServer(), 'listening');
      startEnded = true;
    },
  });
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(() => app.close());

async function post(path: string, body: string, type = 'application/json'): Promise<Response> {
  return fetch(`${url}${path}`, { method: 'POST', body, headers: { 'content-type': type } });
}

/** The parsed error of a response, checked against the schema of INF-FR-003. */
async function problemOf(response: Response) {
  return errorBody.parse(await response.json()).error;
}

describe('a bootstrapped service', () => {
  it('begins its own work beside the opening of the port, and has started when both are through', () => {
    expect([startEnded, app.getHttpServer().listening]).toEqual([true, true]);
  });

  it('answers liveness and readiness at the root and under /api/v1', async () => {
    for (const prefix of ['', '/api/v1']) {
      const live = await fetch(`${url}${prefix}/health`);
      expect(await live.json()).toEqual({ status: 'ok', version: '0.1.0', timestamp: expect.any(String) });
      const ready = await fetch(`${url}${prefix}/health/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toEqual({
        status: 'ok',
        checks: { switch: { status: 'ok', latency_ms: expect.any(Number), workers: 1 } },
      });
    }
  });

  it('serves controllers under /api/v1 and the page at the root', async () => {
    expect(await (await fetch(url)).json()).toEqual({ environment: 'local' });
    expect((await fetch(`${url}/log`)).status).toBe(404);
    expect((await fetch(`${url}/api/v1/log`)).status).toBe(200);
  });

  it('sends the headers of INF-SEC-007 and INF-FR-016 with successes and errors', async () => {
    for (const path of ['/', '/api/v1/fail', '/nowhere', '/health']) {
      const { headers } = await fetch(`${url}${path}`);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-api-version')).toBe('v1');
    }
  });

  it('keeps a harmless X-Request-ID, in header and error body, and replaces any other', async () => {
    const kept = await fetch(`${url}/api/v1/refuse`, { headers: { 'x-request-id': 'trace-1:a' } });
    expect(kept.headers.get('x-request-id')).toBe('trace-1:a');
    expect((await problemOf(kept)).request_id).toBe('trace-1:a');
    const replaced = await fetch(url, { headers: { 'x-request-id': '<script>' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers refusals, failures and absent stores in the error format, without causes', async () => {
    const refused = await fetch(`${url}/api/v1/refuse`);
    expect(refused.status).toBe(422);
    expect(await problemOf(refused)).toMatchObject({
      code: 'UNPROCESSABLE_ENTITY',
      details: [{ field: 'ticker', message: 'is not known' }],
    });
    const failed = await fetch(`${url}/api/v1/fail`);
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toMatch(/passwd|stack|\.ts/);
    const unavailable = await fetch(`${url}/api/v1/unavailable`);
    expect(unavailable.status).toBe(503);
    expect(unavailable.headers.get('retry-after')).toBe('2');
    expect((await problemOf(unavailable)).code).toBe('SERVICE_UNAVAILABLE');
    expect((await problemOf(await fetch(`${url}/nowhere`))).code).toBe('NOT_FOUND');
  });

  it('answers bodies that cannot be taken with 4xx in the error format', async () => {
    const invalid = await post('/api/v1/order', '{"quantity":0,"legs":[{}]}');
    expect(invalid.status).toBe(400);
    expect((await problemOf(invalid)).details.map(({ field }) => field)).toEqual(['quantity', 'legs.0.symbol']);
    const broken = await post('/api/v1/order', '{"quantity": canary');
    expect(broken.status).toBe(400);
    expect(JSON.stringify(await problemOf(broken))).not.toContain('canary');
    expect((await post('/api/v1/order', 'a'.repeat(400_000))).status).toBe(413);
    expect((await problemOf(await post('/api/v1/order', '<a/>', 'application/xml'))).code).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    );
    expect((await post('/api/v1/order', '{"quantity":1,"legs":[]}')).status).toBe(201);
  });

  it('allows loopback pages to call it, and no other origin', async () => {
    const preflight = (origin: string) =>
      fetch(`${url}/api/v1/order`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const allowed = await preflight('http://localhost:3100');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:3100');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.headers.get('access-control-max-age')).toBe('600');
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://127.0.0.1:3000.evil.example',
    ]) {
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('shows metrics inside the network only', async () => {
    await fetch(`${url}/api/v1/log`);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/request_duration_seconds_count\{method="GET",route="\/api\/v1\/log",status="200"\} [1-9]/);
    expect(text).not.toContain('route="/health');
    const outside = await fetch(`${url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(outside.status).toBe(404);
    expect((await problemOf(outside)).code).toBe('NOT_FOUND');
  });

  it('answers 503 with the failing check once a check fails', async () => {
    await post('/api/v1/break', '{}');
    await new Promise((resolve) => setTimeout(resolve, 260));
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({
      status: 'degraded',
      checks: { switch: { status: 'error', message: 'Switched off' } },
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });
});
