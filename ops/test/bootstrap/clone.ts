import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bootstrap');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * A clone that holds nothing but the set-up, in a path with a space, with its own empty home, cache and PATH: a machine where
 * nothing was ever installed. Fakes are put on its PATH one by one.
 */
export class EmptyClone {
  readonly root: string;
  readonly cache: string;
  readonly bin: string;
  env: Record<string, string>;

  private constructor(parent: string) {
    this.root = join(parent, 'a clone');
    this.cache = join(parent, 'cache');
    this.bin = join(parent, 'bin');
    this.env = {
      PATH: this.bin,
      HOME: join(parent, 'home'),
      KEELSON_CACHE_DIR: this.cache,
      KEELSON_PULUMI_RELEASES: 'off',
      KEELSON_K6_RELEASES: 'off',
      KEELSON_NODE_RELEASES: 'off',
    };
  }

  static async create(): Promise<EmptyClone> {
    const clone = new EmptyClone(await mkdtemp(join(tmpdir(), 'keelson bootstrap ')));
    await mkdir(clone.bin);
    await mkdir(clone.env['HOME'] ?? '');
    await clone.copyTo(clone.root);
    return clone;
  }

  /** A second clone that shares this one's cache. */
  async copyTo(root: string): Promise<void> {
    await mkdir(join(root, 'ops'), { recursive: true });
    await cp(source, join(root, 'ops', 'bootstrap'), { recursive: true });
  }

  /** Puts a shell script on PATH. It runs with the clone's PATH, so it may use shell built-ins and what was linked. */
  async fake(name: string, script: string, folder = this.bin): Promise<string> {
    const file = join(folder, name);
    await mkdir(folder, { recursive: true });
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
    return file;
  }

  /** Puts real programs of this machine on PATH. */
  async link(...programs: string[]): Promise<void> {
    for (const program of programs) await symlink(program, join(this.bin, program.split('/').pop() ?? ''));
  }

  start(
    args: string[],
    env: Record<string, string> = {},
    root = this.root,
  ): { child: ChildProcess; finished: Promise<Finished> } {
    const main = join(root, 'ops', 'bootstrap', 'main.mjs');
    return startNode([main, ...args], { ...this.env, ...env }, root);
  }

  run(args: string[], env: Record<string, string> = {}, root = this.root): Promise<Finished> {
    return this.start(args, env, root).finished;
  }

  async remove(): Promise<void> {
    await rm(dirname(this.root), { recursive: true, force: true });
  }
}

export function startNode(
  args: string[],
  env: Record<string, string>,
  cwd: string,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const finished = new Promise<Finished>((done, failed) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', failed);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return { child, finished };
}

/** Waits until something holds, for at most ten seconds. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not seen within 10 s: ${what}`);
}
