import { request } from 'node:http';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const supervised = z.object({ name: z.string(), instance: z.string(), state: z.string(), pid: z.number().nullable() });
export type SupervisedProcess = z.infer<typeof supervised>;

/** Errors of a socket that nobody listens on (any more). */
const NOBODY = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

/** Speaks to the supervisor of a local stack: HTTP over its Unix socket. infra/src/targets/local describes the API. */
export class Supervisor {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async isRunning(): Promise<boolean> {
    return (await this.#send('GET', '/health'))?.status === 200;
  }

  /** Every process that it looks after, as it is now; undefined when no supervisor runs. */
  async processes(): Promise<readonly SupervisedProcess[] | undefined> {
    const reply = await this.#send('GET', '/processes');
    return reply && supervised.array().parse(reply.body);
  }

  /**
   * Stops one process and starts it again; resolves when it is ready. It is killed when it does not end within `graceMs`,
   * or its own limit for draining when that is absent. Throws a Failure with the end of its log.
   */
  async restart(instance: string, withinMs: number, graceMs?: number): Promise<void> {
    const grace = graceMs === undefined ? '' : `&graceMs=${graceMs}`;
    const reply = await this.#send('POST', `/processes/${instance}/restart?waitMs=${withinMs}${grace}`);
    if (!reply) throw this.#gone();
    if (reply.status === 200) return;
    const log = Array.isArray(reply.body['log']) ? reply.body['log'].map((line) => `    ${line}`).join('\n') : '';
    const why = typeof reply.body['error'] === 'string' ? reply.body['error'] : `it is ${reply.body['state']}`;
    throw new Failure(`${instance} was not ready within ${withinMs} ms: ${why}\n${log}`, {
      code: exitCode.resource,
      fix: `keelson logs ${instance}`,
    });
  }

  /** Stops everything in order, each process by its own grace period, then the supervisor. False when none ran. */
  async shutdown(): Promise<boolean> {
    return (await this.#send('POST', '/shutdown')) !== undefined;
  }

  #gone(): Failure {
    return new Failure('The supervisor of this stack does not run', { code: exitCode.noStack, fix: 'npm start' });
  }

  #send(method: string, path: string): Promise<Reply | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.#socket, method, path, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) });
        });
      });
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        if (NOBODY.has(error.code ?? '')) resolve(undefined);
        else reject(error);
      });
      outgoing.end();
    });
  }
}
