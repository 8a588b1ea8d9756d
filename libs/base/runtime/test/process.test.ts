import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { freePort } from '@keelson/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type FixtureProcess, startFixture } from './fixture/process.ts';

const running: FixtureProcess[] = [];
afterEach(async () => {
  for (const fixture of running.splice(0)) {
    fixture.signal('SIGKILL');
    await fixture.exited;
  }
});

async function started(env: Record<string, string> = {}): Promise<FixtureProcess> {
  const fixture = startFixture({ PORT: String(await freePort()), ...env });
  running.push(fixture);
  await fixture.ready();
  return fixture;
}

describe('a process that cannot start', () => {
  it('exits with 78 and names every bad key on stderr, as JSON and in words, without a value', async () => {
    const fixture = startFixture({
      PORT: 'canary-port',
      DATABASE_URL: 'canary-url',
      KEELSON_ENVIRONMENT: 'canary-env',
      DATABASE_URI: 'canary-typo',
    });
    expect(await fixture.exited).toBe(78);
    const [json, ...words] = fixture.stderr().trim().split('\n');
    const line = JSON.parse(json!) as { level: string; message: string; problems: { variable: string }[] };
    const names = ['PORT', 'KEELSON_ENVIRONMENT', 'DATABASE_URL', 'DATABASE_URI'];
    expect(line.level).toBe('CRITICAL');
    expect(line.problems.map(({ variable }) => variable)).toEqual(names);
    for (const name of names) expect(words.join('\n')).toContain(`  ${name} is `);
    expect(fixture.stderr()).toContain('did you mean DATABASE_URL?');
    expect(fixture.stderr()).not.toContain('canary');
  });

  it('exits with 1 and says so when its port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as { port: number };
    const fixture = startFixture({ PORT: String(port) });
    expect(await fixture.exited).toBe(1);
    expect(fixture.stderr()).toContain(`Port ${port} is taken`);
    squatter.close();
  });
});

describe('a process that is told to stop', () => {
  it('answers what is in flight, refuses what is new, drains, and exits with 0', async () => {
    const fixture = await started({ FIXTURE_DRAIN_MS: '100' });
    const agent = new Agent({ keepAlive: true });
    const [inFlight] = [once(get(`${fixture.url}/api/v1/slow`, { agent }), 'response')];
    await new Promise((resolve) => setTimeout(resolve, 100));
    fixture.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(fetch(`${fixture.url}/health`)).rejects.toThrow('fetch failed');
    const [answer] = (await inFlight) as [IncomingMessage];
    expect(answer.statusCode).toBe(200);
    answer.resume();
    expect(await fixture.exited).toBe(0);
    agent.destroy();
    const said = fixture.lines().map(({ message }) => message);
    expect(said.filter((message) => ['Draining', 'drained', 'Stopped'].includes(String(message)))).toEqual([
      'Draining',
      'drained',
      'Stopped',
    ]);
  });
});

describe("a process's log", () => {
  it('has the request fields of INF-FR-018, stays within its allowance, and says how many it left out', async () => {
    const fixture = await started();
    const agentName = { headers: { 'user-agent': 'TradingView/1.0' } };
    for (let i = 0; i < 60; i += 1) await (await fetch(`${fixture.url}/?secret=canary`, agentName)).text();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await (await fetch(`${fixture.url}/api/v1/log`, agentName)).text();
    await (await fetch(`${fixture.url}/api/v1/fail`, agentName)).text();
    fixture.signal('SIGTERM');
    await fixture.exited;
    const completed = fixture.lines().filter((line) => 'status_code' in line);
    expect(completed[0]).toMatchObject({
      level: 'INFO',
      logger: 'keelson.fixture',
      method: 'GET',
      path: '/',
      status_code: 200,
      duration_ms: expect.any(Number),
      ip: '127.0.0.1',
      user_agent: 'TradingView/1.0',
      request_id: expect.any(String),
    });
    const quick = completed.filter(({ path }) => path === '/').length;
    // 60 requests may straddle the end of a second, and then have two allowances of 20.
    expect(quick).toBeLessThanOrEqual(40);
    const skipped = completed.reduce((sum, line) => sum + Number(line['skipped_requests'] ?? 0), 0);
    expect(quick + skipped).toBe(60);
    expect(completed.at(-1)).toMatchObject({ level: 'WARNING', status_code: 500, path: '/api/v1/fail' });
    const failure = fixture.lines().find(({ message }) => message === 'Request failed unexpectedly');
    expect(JSON.stringify(failure)).toContain('secret cause');
    expect(JSON.stringify(fixture.lines())).not.toContain('canary');
  });
});
