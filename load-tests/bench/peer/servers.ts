import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../harness/bench.ts';
import { mustRun } from '../harness/command.ts';
import { type Credentials, repository } from '../harness/stack.ts';

/** Connections of one process to Postgres: the catalogue's default for the api, and the peer's too. */
export const POOL_SIZE = 10;

/** A server under load, one process of it. */
export interface Server {
  readonly name: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

export interface Stores {
  /** Of a database made for this run, as the services' role. */
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const READY_WITHIN_MS = 30_000;

async function serve(
  name: string,
  port: number,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Server> {
  const [program = '', ...words] = command;
  const child = spawn(program, words, { cwd: repository, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  const note = (text: Buffer): void => void (last = (last + text.toString('utf8')).slice(-2_000));
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const ended = new Promise<void>((resolve, reject) => child.once('close', () => resolve()).once('error', reject));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  const until = Date.now() + READY_WITHIN_MS;
  while (child.exitCode === null && Date.now() < until) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return { name, port, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`${name} does not get ready:\n${last}`);
}

/** The api as `npm start` runs it, on a database of its own. */
export async function startOurs(stores: Stores, { auth }: Credentials): Promise<Server> {
  const port = await freePort();
  const entry = join(repository, 'dist', 'services', 'api', 'src', 'main.js');
  return serve(
    'keelson',
    port,
    [process.execPath, '--max-old-space-size=307', '--import=@keelson/runtime/source-maps', entry],
    {
      PATH: '/usr/bin:/bin',
      NODE_ENV: 'production',
      PORT: String(port),
      DATABASE_URL: stores.databaseUrl,
      DATABASE_POOL_SIZE: String(POOL_SIZE),
      REDIS_URL: stores.redisUrl,
      AUTH_JWKS: JSON.stringify(auth.jwks),
      AUTH_ISSUER: auth.issuer,
      AUTH_AUDIENCE: auth.audience,
    },
  );
}

/** Python environment with the pinned packages; made once per set of pins, in the user's cache. */
async function python(): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const hash = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const usual = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keelson');
  const folder = join(process.env['KEELSON_CACHE_DIR'] ?? usual, `bench-peer-${hash}`);
  const program = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'complete'))) return program;
  say('the peer is set up once: its packages are installed');
  mkdirSync(folder, { recursive: true });
  await mustRun('python3', ['-m', 'venv', folder]);
  await mustRun(program, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  // Written last: an interrupted installation is made again.
  writeFileSync(join(folder, 'complete'), '');
  return program;
}

/** FastAPI under uvicorn with uvloop and httptools, one process, access log off. */
export async function startPeer(stores: Stores): Promise<Server> {
  const port = await freePort();
  const words = [
    '-m',
    'uvicorn',
    'app:app',
    '--app-dir',
    import.meta.dirname,
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
  ];
  const fast = [
    '--loop',
    'uvloop',
    '--http',
    'httptools',
    '--workers',
    '1',
    '--no-access-log',
    '--log-level',
    'warning',
  ];
  return serve('FastAPI + SQLAlchemy', port, [await python(), ...words, ...fast], {
    PATH: '/usr/bin:/bin',
    PYTHONDONTWRITEBYTECODE: '1',
    DATABASE_URL: stores.databaseUrl.replace(/^postgres(ql)?:/, 'postgresql+asyncpg:'),
    REDIS_URL: stores.redisUrl,
    POOL_SIZE: String(POOL_SIZE),
  });
}
