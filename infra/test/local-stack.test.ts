import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identityOf } from '../src/targets/local/identity.ts';
import { LocalStack, until } from './fixtures/local-stack.ts';

/** One stack on the real engine; the tests build on each other, in the order of a stack's life. */
let stack: LocalStack;
let firstUp = '';
beforeAll(async () => {
  stack = await LocalStack.open();
}, 20_000);
afterAll(() => stack.close(), 120_000);

const kill = (pid: number | null): boolean => process.kill(pid ?? NaN, 'SIGKILL');
const EVERYTHING = ['api', 'postgres', 'redis', 'venue', 'worker', 'worker-2'];

interface Credentials {
  databaseAdminUrl: string;
  databaseUrl: string;
  redisUrl: string;
  auth: { privateJwk: { d: string }; jwks: { keys: { kid: string }[] }; issuer: string; audience: string };
  demo: { webhookKey: string; webhookPathId: string };
}

function credentials(): Credentials {
  return JSON.parse(readFileSync(stack.folders.credentialsFile, 'utf8')) as Credentials;
}

function secrets(): string[] {
  const { databaseAdminUrl, databaseUrl, redisUrl, auth, demo } = credentials();
  const passwords = [databaseAdminUrl, databaseUrl, redisUrl].map((url) => new URL(url).password);
  return [...passwords, auth.privateJwk.d, demo.webhookKey, demo.webhookPathId];
}

function textBelow(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n');
}

describe('a stack that never ran', () => {
  it('is previewed without a process or a file of the stack', async () => {
    expect(await stack.changes()).toEqual(
      expect.arrayContaining(['create postgres', 'create api', 'create migration']),
    );
    expect(existsSync(stack.folders.root)).toBe(false);
    expect(await stack.processes()).toBeUndefined();
  }, 120_000);

  it('refuses a taken port with its owner before anything starts', async () => {
    const port = stack.portBase + 3;
    const other = createServer().listen(port, '127.0.0.1');
    const run = await stack.engine('up');
    other.close();
    expect(run.code).not.toBe(0);
    expect(run.output).toContain(`port ${port} of worker is taken by process ${process.pid} (`);
    expect(existsSync(stack.folders.root)).toBe(false);
  }, 120_000);
});

describe('a stack that is up', () => {
  it('has every process ready, in an order that follows what each needs', async () => {
    firstUp = (await stack.up('--json')).output;
    const processes = (await stack.processes()) ?? [];
    expect(processes.map(({ instance, state }) => `${instance} ${state}`).sort()).toEqual(
      EVERYTHING.map((instance) => `${instance} ready`),
    );
    const readySince = (instance: string): string =>
      processes.find((status) => status.instance === instance)?.since ?? '';
    expect(readySince('postgres') < readySince('worker')).toBe(true);
    expect(readySince('worker') < readySince('api') && readySince('worker-2') < readySince('api')).toBe(true);
    expect(readFileSync(join(stack.folders.logs, 'migration.log'), 'utf8')).toContain(
      '{"task":"migration","database":"keelson"}',
    );
  }, 120_000);

  it('writes a status for everybody and credentials for its user alone', async () => {
    const status = JSON.parse(readFileSync(stack.folders.statusFile, 'utf8')) as { services: object[]; socket: string };
    expect(status.socket).toBe(stack.folders.socket);
    const api = { name: 'api', instance: 'api', kind: 'service', state: 'ready', port: stack.portBase, restarts: 0 };
    expect(status.services).toContainEqual(
      expect.objectContaining({ ...api, url: `http://127.0.0.1:${stack.portBase}` }),
    );
    expect(statSync(stack.folders.statusFile).mode & 0o777).toBe(0o644);
    expect(statSync(stack.folders.credentialsFile).mode & 0o777).toBe(0o600);
    expect(statSync(stack.folders.journalFile).mode & 0o777).toBe(0o600);
    expect(statSync(stack.folders.socketFolder).mode & 0o777).toBe(0o700);
    const { auth } = credentials();
    expect(auth).toMatchObject({ issuer: 'keelson', audience: 'authenticated', jwks: { keys: [{ alg: 'ES256' }] } });
  });

  it('has nothing to change', async () => {
    expect(await stack.changes()).toEqual([]);
  }, 120_000);

  it('keeps its secrets out of the state, arguments, logs, the status and what the engine tells', () => {
    const places = {
      state: textBelow(join(stack.state, 'pulumi')),
      logs: textBelow(stack.folders.logs),
      status: readFileSync(stack.folders.statusFile, 'utf8'),
      arguments: execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }),
      events: firstUp,
    };
    expect(places.state).toContain('databaseAdminUrl');
    expect(places.events).toContain('databaseAdminUrl');
    expect(places.arguments).toContain(stack.folders.postgres);
    for (const secret of secrets()) {
      expect(secret.length).toBeGreaterThan(15);
      const leaks = Object.entries(places).filter(([, text]) => text.includes(secret));
      expect(leaks.map(([place]) => place)).toEqual([]);
    }
  }, 120_000);
});

describe('a process that is killed', () => {
  it.each(['worker-2', 'postgres'])(
    '%s starts again, and is the only change until an up has seen it',
    async (name) => {
      const before = await stack.process(name);
      kill(before.pid);
      await until(`${name} is ready again`, async () => {
        const now = await stack.process(name);
        return now.state === 'ready' && now.pid !== before.pid;
      });
      const files = stack.files();
      expect(await stack.changes()).toEqual([`update ${name}`]);
      expect(stack.files()).toEqual(files);
      const pids = await stack.pids();
      expect((await stack.up()).output).toContain('it was started again since (SIGKILL)');
      expect(await stack.pids()).toEqual(pids);
    },
    120_000,
  );

  it('is started without waiting for anybody after its first crash', async () => {
    const before = await stack.process('venue');
    kill(before.pid);
    await until(
      'venue has another process',
      async () => ![before.pid, null].includes((await stack.process('venue')).pid),
    );
  });
});

describe('a supervisor that is killed', () => {
  it('leaves its processes alone, and the next up adopts them', async () => {
    const pids = await stack.pids();
    kill(stack.supervisorPid());
    await until('the supervisor is gone', async () => (await stack.processes()) === undefined);
    expect((await stack.changes()).sort()).toEqual(EVERYTHING.map((name) => `update ${name}`));
    await stack.up();
    expect(await stack.pids()).toEqual(pids);
  }, 120_000);

  it('is repaired also when all its processes are gone, as after a restart of the machine', async () => {
    const pids = Object.values(await stack.pids());
    kill(stack.supervisorPid());
    for (const pid of pids) kill(pid);
    await stack.up();
    const states = ((await stack.processes()) ?? []).map(({ state }) => state);
    expect(states).toEqual(EVERYTHING.map(() => 'ready'));
    expect(await stack.changes()).toEqual([]);
  }, 120_000);
});

describe('a service that does not become ready', () => {
  it('fails the up with the last lines of its log, stays recorded, and the next up mends it', async () => {
    const never = ['--config', 'keelson:serviceEnv[0]=worker:FIXTURE_READY_AFTER_MS=-1', '--config-path'];
    const long = ['--config', 'keelson:readyWithinSeconds=30'];
    const short = ['--config', 'keelson:readyWithinSeconds=1'];
    const failed = await stack.engine(
      'up',
      '--config',
      'keelson:workerReplicas=3',
      ...never,
      ...short,
      '--target',
      '**worker-3',
    );
    expect(failed.code).not.toBe(0);
    expect(failed.output).toContain('worker-3 was not ready within 1000 ms. The last lines of its log:');
    expect(failed.output).toContain('fixture worker-3 starts');
    await stack.up('--config', 'keelson:serviceEnv[0]=worker:FIXTURE_READY_AFTER_MS=0', '--config-path', ...long);
    expect(await stack.process('worker-3')).toMatchObject({ state: 'ready' });
  }, 120_000);
});

describe('an update that is killed', () => {
  it('leaves no plugin behind, and the next up goes on where it was', async () => {
    const { pid } = await stack.process('api');
    const hanging = ['--config', 'keelson:serviceEnv[0]=api:FIXTURE_READY_AFTER_MS=-1', '--config-path'];
    const run = stack.engine('up', ...hanging);
    await until('api starts anew', async () => ![pid, null].includes((await stack.process('api')).pid), 120_000);
    const engine = stack.enginePid();
    const plugins = execFileSync('ps', ['-o', 'pid=', '--ppid', String(engine)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    expect(plugins.length).toBeGreaterThan(1);
    kill(engine);
    expect((await run).code).not.toBe(0);
    const isRunning = (plugin: string): boolean => identityOf(Number(plugin)) !== undefined;
    await until('the plugins have ended', async () => !plugins.some(isRunning));
    const mended = ['--config', 'keelson:serviceEnv[0]=api:FIXTURE_READY_AFTER_MS=0', '--config-path'];
    await stack.up(...mended, '--config', 'keelson:workerReplicas=2');
    expect(Object.keys(await stack.pids()).sort()).toEqual(EVERYTHING);
  }, 120_000);

  it('while it created something is not warned of at each up from then on', async () => {
    const file = join(stack.state, 'pulumi', '.pulumi', 'stacks', 'keelson', 'local.json');
    interface State {
      readonly checkpoint: { latest: { resources: readonly object[]; pending_operations?: readonly object[] } };
    }
    const read = (): State => JSON.parse(readFileSync(file, 'utf8')) as State;
    const noted = read();
    noted.checkpoint.latest.pending_operations = [
      { resource: noted.checkpoint.latest.resources[0]!, type: 'creating' },
    ];
    writeFileSync(file, JSON.stringify(noted));
    const { output } = await stack.up();
    expect(output).not.toContain('pending operations');
    expect(read().checkpoint.latest.pending_operations ?? []).toEqual([]);
  }, 120_000);
});

describe('a stack that is destroyed', () => {
  it('leaves no process, keeps its data and passwords, and a wipe removes them', async () => {
    const before = credentials();
    const marker = readFileSync(join(stack.folders.postgres, 'keelson.json'), 'utf8');
    expect((await stack.engine('destroy')).code).toBe(0);
    await until('the supervisor has ended', async () => (await stack.processes()) === undefined);
    expect(readFileSync(join(stack.folders.postgres, 'keelson.json'), 'utf8')).toBe(marker);
    await stack.up();
    expect(credentials()).toEqual(before);
    expect((await stack.engine('destroy', '--wipe')).code).toBe(0);
    expect(existsSync(stack.folders.root)).toBe(false);
  }, 120_000);
});
