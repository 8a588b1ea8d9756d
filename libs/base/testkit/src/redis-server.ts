import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startChild, untilReady, type Child } from './child.ts';
import { freePort } from './port.ts';
import { readToolchain } from './toolchain.ts';

/** A Redis server of a test's own: it may be killed, emptied and started again. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  #child: Child | undefined;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), mkdtempSync(join(tmpdir(), 'keelson-test-redis-')));
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    const { server } = readToolchain().redis;
    if (!server) throw new Error('The toolchain names a Redis by URL only; this test starts a server of its own');
    const flags = ['--port', String(this.port), '--dir', this.#folder, '--save', '', '--appendonly', 'yes'];
    this.#child = startChild([server, ...flags, '--maxmemory-policy', 'noeviction']);
    await untilReady(this.#child, 'Redis', () => this.#answers());
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#child?.end(signal);
  }

  /** Deletes what it has on disk; to be called while it is ended. */
  deleteData(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder);
  }

  async remove(): Promise<void> {
    await this.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<boolean> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return (await redis.ping()) === 'PONG';
    } finally {
      redis.disconnect();
    }
  }
}
