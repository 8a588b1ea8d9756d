import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeHash } from './code.ts';
import type { StackFolders } from './folders.ts';
import type { ProcessSpec, ProcessStatus } from './process-spec.ts';
import { lastLines } from './supervisor/log.ts';

const START_WITHIN_MS = 15_000;

/** A process that did not become ready: its state, and the last lines it logged. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
  readonly status: ProcessStatus;

  constructor(status: ProcessStatus & { log: string[] }, withinMs: number) {
    const log = status.log.length > 0 ? status.log.map((line) => `    ${line}`).join('\n') : '    (nothing)';
    const { log: _log, ...rest } = status;
    const what =
      status.state === 'starting'
        ? `was not ready within ${withinMs} ms`
        : `does not get ready: it is ${status.state} after ${status.lastExit ?? 'no start'}`;
    super(`${status.instance} ${what}. The last lines of its log:\n${log}`);
    this.status = rest;
  }
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** Speaks to the supervisor of a stack. Looking never starts one; changing does. */
export class SupervisorClient {
  private readonly folders: StackFolders;
  private running: Promise<void> | undefined;

  constructor(folders: StackFolders) {
    this.folders = folders;
  }

  /** Every process that the supervisor knows, or undefined when no supervisor runs. Read-only. */
  async list(): Promise<ProcessStatus[] | undefined> {
    const reply = await this.send('GET', '/processes');
    return reply ? (reply.body as ProcessStatus[]) : undefined;
  }

  /** One process, or undefined when it (or the supervisor) is not there. Read-only. */
  async find(instance: string): Promise<ProcessStatus | undefined> {
    const reply = await this.send('GET', `/processes/${instance}`);
    return reply?.status === 200 ? (reply.body as ProcessStatus) : undefined;
  }

  /** Makes a process run with a spec and waits until it is ready; throws NotReadyError when it isn't in time. */
  async ensure(spec: ProcessSpec): Promise<ProcessStatus> {
    const reply = await this.change('PUT', `/processes/${spec.instance}?waitMs=${spec.readyWithinMs}`, spec);
    if (reply.status === 200) return reply.body as ProcessStatus;
    if (reply.status === 504) {
      throw new NotReadyError(reply.body as ProcessStatus & { log: string[] }, spec.readyWithinMs);
    }
    throw new Error(`the supervisor refused ${spec.instance}: ${(reply.body as { error: string }).error}`);
  }

  /** Stops a process and forgets it. */
  async remove(instance: string): Promise<void> {
    await this.change('DELETE', `/processes/${instance}`);
  }

  /** Stops everything in order, and the supervisor. Does nothing when none runs. */
  async shutdown(): Promise<void> {
    await this.send('POST', '/shutdown');
  }

  /** Sends a change. A supervisor that ended meanwhile (the last process was deleted) is started once more. */
  private async change(method: string, path: string, body?: unknown): Promise<Reply> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      this.running ??= this.startUnlessRunning();
      await this.running;
      const reply = await this.send(method, path, body);
      if (reply) return reply;
      this.running = undefined;
    }
    throw new Error(
      `the supervisor of stack ${this.folders.stack} ended during ${method} ${path}; see ${this.logPath()}`,
    );
  }

  private logPath(): string {
    return join(this.folders.logs, 'supervisor.log');
  }

  private async startUnlessRunning(): Promise<void> {
    const owner = statSync(this.folders.socketFolder, { throwIfNoEntry: false })?.uid;
    if (owner !== undefined && owner !== userInfo().uid) {
      throw new Error(`${this.folders.socketFolder} belongs to another user (id ${owner}); remove it and try again`);
    }
    const health = await this.send('GET', '/health');
    if (health && (health.body as { code: string }).code === codeHash()) return;
    if (health) await this.send('POST', '/handover');
    mkdirSync(this.folders.logs, { recursive: true, mode: 0o700 });
    const log = openSync(this.logPath(), 'a', 0o600);
    const main = join(import.meta.dirname, 'supervisor', 'main.ts');
    const child = spawn(process.execPath, [main, this.folders.stack, this.folders.root], {
      // Nothing of the engine's environment: it names the passphrase file.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      cwd: this.folders.root,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.unref();
    const until = Date.now() + START_WITHIN_MS;
    while (Date.now() < until) {
      if (await this.send('GET', '/health')) return;
      await sleep(20);
    }
    throw new Error(
      `the supervisor did not start within ${START_WITHIN_MS} ms:\n${lastLines(this.logPath(), 10).join('\n')}`,
    );
  }

  /** One request; undefined when nobody listens. */
  private send(method: string, path: string, body?: unknown): Promise<Reply | undefined> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ socketPath: this.folders.socket, method, path, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }),
        );
      });
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        if (['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code ?? '')) resolve(undefined);
        else reject(error);
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}
