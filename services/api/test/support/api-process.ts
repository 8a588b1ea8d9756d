import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateSigningKey, mintToken, type Role, type SigningKey } from '@keelson/access';
import { type Child, freePort, startChild, untilReady } from '@keelson/testkit';
import { transformFile } from '@swc/core';

const ROOT = join(import.meta.dirname, '../../../..');

/** Compiles a service as the build does, into a folder of this test file. */
async function compile(service: 'api' | 'worker'): Promise<string> {
  const source = join(ROOT, 'services', service, 'src');
  const folder = join(ROOT, '.keelson', `test-${service}-${process.pid}-${Date.now()}`);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const file of files) {
    const target = join(folder, file.replace(/\.ts$/, '.js'));
    const { code } = await transformFile(join(source, file), { configFile: join(ROOT, '.swcrc'), sourceMaps: false });
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return folder;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Milliseconds from the request to the whole answer. */
  readonly took: number;
}

/** The api as its own process on a real port. */
export class ApiProcess {
  readonly url: string;
  readonly #folder: string;
  readonly #child: Child;
  readonly #signingKey: SigningKey;

  private constructor(url: string, folder: string, child: Child, signingKey: SigningKey) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
    this.#signingKey = signingKey;
  }

  static async start(
    databaseUrl: string,
    redisUrl: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ApiProcess> {
    const [port, folder, signingKey] = await Promise.all([freePort(), compile('api'), generateSigningKey()]);
    const child = startChild([process.execPath, join(folder, 'main.js')], {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      AUTH_JWKS: signingKey.jwks,
      ...environment,
    });
    const url = `http://127.0.0.1:${port}`;
    await untilReady(child, 'api', async () => (await fetch(`${url}/health/ready`)).ok);
    return new ApiProcess(url, folder, child, signingKey);
  }

  /** What the process wrote: its log. */
  get log(): string {
    return this.#child.said();
  }

  token(teamId: string, role: Role = 'viewer', userId = 'test'): Promise<string> {
    const claims = { userId, teamId, role, issuer: 'keelson', audience: 'authenticated' } as const;
    return mintToken(this.#signingKey.privateJwk, claims, '5 minutes');
  }

  async request(path: string, init: RequestInit = {}): Promise<Answer> {
    const startedAt = performance.now();
    const response = await fetch(`${this.url}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, took: performance.now() - startedAt };
  }

  /** Delivers a body as it is. */
  deliver(body: string | Uint8Array<ArrayBuffer>, contentType = 'application/json', path = ''): Promise<Answer> {
    const headers: Record<string, string> = contentType === '' ? {} : { 'content-type': contentType };
    return this.request(`/api/v1/webhooks/tradingview${path}`, { method: 'POST', headers, body });
  }

  async read<Body>(path: string, teamId: string): Promise<{ status: number; body: Body }> {
    const headers = { authorization: `Bearer ${await this.token(teamId)}` };
    const { status, text } = await this.request(`/api/v1/${path}`, { headers });
    return { status, body: JSON.parse(text) as Body };
  }

  /** A request with a body as somebody of a team. */
  async send<Body>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    caller: { readonly teamId: string; readonly role?: Role; readonly userId?: string },
    body?: unknown,
  ): Promise<{ status: number; body: Body }> {
    const authorization = `Bearer ${await this.token(caller.teamId, caller.role, caller.userId)}`;
    const { status, text } = await this.request(`/api/v1/${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status, body: (text === '' ? undefined : JSON.parse(text)) as Body };
  }

  /** Posts a JSON body in the name of a team. */
  async post<Body>(
    path: string,
    body: unknown,
    as: { readonly teamId: string; readonly role: 'viewer' | 'trader' },
  ): Promise<{ status: number; body: Body }> {
    const authorization = `Bearer ${await this.token(as.teamId, as.role)}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const { status, text } = await this.request(`/api/v1/${path}`, init);
    return { status, body: JSON.parse(text) as Body };
  }

  /** Stops it as a deployment does; its exit code. */
  async end(): Promise<number | null> {
    await this.#child.end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
    return this.#child.process.exitCode;
  }
}

/** A worker that a test may kill. */
export interface WorkerService {
  /** The end of its log. */
  said(): string;
  /** It stands still with its sockets open, until `thaw`. */
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
}

/** The worker as its own process on a real port. */
export async function startWorker(
  databaseUrl: string,
  redisUrl: string,
  paperBrokerUrl: string,
): Promise<WorkerService> {
  const [port, folder] = await Promise.all([freePort(), compile('worker')]);
  const child = startChild([process.execPath, join(folder, 'main.js')], {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PAPER_BROKER_URL: paperBrokerUrl,
  });
  await untilReady(child, 'worker', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok, 40_000);
  return {
    said: () => child.said(),
    freeze: () => child.process.kill('SIGSTOP'),
    thaw: () => child.process.kill('SIGCONT'),
    kill: async () => {
      await child.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
