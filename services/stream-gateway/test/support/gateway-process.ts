import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, freePort, startChild, untilReady } from '@keelson/testkit';
import { transformFile } from '@swc/core';
import type { Surroundings } from './gateway.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCE = join(ROOT, 'services/stream-gateway/src');

/** Compiles the service as the build does, into a folder of this test run. */
async function compile(): Promise<string> {
  const folder = join(ROOT, '.keelson', `test-stream-gateway-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(SOURCE)) {
    const { code } = await transformFile(join(SOURCE, file), { configFile: join(ROOT, '.swcrc'), sourceMaps: false });
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), code);
  }
  return folder;
}

/** The service as its own process, so that it can be killed. */
export class GatewayProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: Child | undefined;

  private constructor(port: number, folder: string, environment: NodeJS.ProcessEnv) {
    this.port = port;
    this.#folder = folder;
    this.#environment = environment;
  }

  static async start(around: Surroundings, redisUrl: string): Promise<GatewayProcess> {
    const port = await freePort();
    const environment = { PATH: process.env['PATH'], ...around.environment(redisUrl), PORT: String(port) };
    const gateway = new GatewayProcess(port, await compile(), environment);
    await gateway.restart();
    return gateway;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/api/v1/ws`;
  }

  async restart(): Promise<void> {
    this.#child = startChild([process.execPath, join(this.#folder, 'main.js')], this.#environment);
    const ready = async () => (await fetch(`http://127.0.0.1:${this.port}/health/ready`)).ok;
    await untilReady(this.#child, 'stream-gateway', ready);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    await this.#child?.end(signal);
    return this.#child?.process.exitCode ?? null;
  }

  async remove(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
