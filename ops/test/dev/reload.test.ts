import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compileFile } from '../../src/dev/compile.ts';
import { ImportGraph } from '../../src/dev/import-graph.ts';
import { type Reload, Reloader } from '../../src/dev/reloader.ts';
import { watchFiles } from '../../src/dev/watcher.ts';
import { recordingContext } from '../fixture/context.ts';
import { repository, temporaryFolder } from '../fixture/keelson.ts';

const folder = temporaryFolder();
const clone = join(folder.path, 'clone');
const source = (file: string) => join(clone, file);
let supervisor: Server;
let restarts: string[] = [];

function write(file: string, text: string): string {
  mkdirSync(join(source(file), '..'), { recursive: true });
  writeFileSync(source(file), text);
  return source(file);
}

/** A small clone: three services, three libraries; and who speaks the supervisor's protocol and notes what it is told. */
beforeAll(async () => {
  mkdirSync(clone);
  cpSync(join(repository, '.swcrc'), source('.swcrc'));
  symlinkSync(join(repository, 'node_modules'), source('node_modules'));
  write('libs/base/kernel/src/index.ts', 'export const one = 1;\n');
  write('libs/base/persistence/src/index.ts', "export { one } from '@keelson/kernel';\n");
  write('libs/feeds/stream/src/index.ts', "import { one } from '@keelson/persistence';\nexport const two = one + 1;\n");
  write('services/api/src/main.ts', "import { one } from '@keelson/persistence';\nexport const api: number = one;\n");
  write('services/stream-gateway/src/main.ts', "export const late = () => import('@keelson/stream');\n");
  write('services/paper-broker/src/main.ts', 'export const venue = 1;\n');
  supervisor = createServer((request, response) => {
    restarts.push(request.url?.split('?')[0] ?? '');
    response.end('{}');
  });
  const socket = join(folder.path, 's.sock');
  await new Promise<void>((resolve) => supervisor.listen(socket, resolve));
  const entry = { kind: 'service', state: 'ready', restarts: 0, since: '' };
  const instances = [
    ['api', 'api'],
    ['stream-gateway', 'stream-gateway'],
    ['paper-broker', 'paper-broker'],
    ['worker', 'worker'],
    ['worker', 'worker-2'],
  ];
  const services = instances.map(([name, instance]) => ({ ...entry, name, instance }));
  mkdirSync(join(folder.path, 'local'));
  writeFileSync(join(folder.path, 'local', 'status.json'), JSON.stringify({ stack: 'local', socket, services }));
});
beforeEach(() => {
  restarts = [];
});
afterAll(async () => {
  await new Promise((resolve) => supervisor.close(resolve));
  folder.remove();
});

async function reload(...files: string[]): Promise<{ reloads: Reload[]; reloader: Reloader }> {
  const reloads: Reload[] = [];
  const reloader = new Reloader(recordingContext(folder.path, { repository: clone }), (one) => reloads.push(one));
  reloader.take(files);
  await reloader.settled();
  return { reloads, reloader };
}

describe('ImportGraph', () => {
  it('knows who uses a library, directly, through others, or on demand', () => {
    const graph = new ImportGraph(clone);
    expect(graph.usersOf('kernel').sort()).toEqual(['api', 'stream-gateway']);
    expect(graph.usersOf('stream')).toEqual(['stream-gateway']);
  });

  it('sees the same in this repository: everybody stands on the kernel, who trades or oversees uses brokers, only the api takes signals in', () => {
    const graph = new ImportGraph(repository);
    expect(graph.usersOf('kernel').length).toBe(5);
    expect(graph.usersOf('brokers')).toEqual(['api', 'worker', 'beat']);
    expect(graph.usersOf('signals')).toEqual(['api']);
  });

  it('finds no consequence in tests and documents', () => {
    const graph = new ImportGraph(clone);
    expect(graph.consequenceOf(source('libs/base/kernel/test/x.test.ts'))).toEqual({ kind: 'nothing' });
    expect(graph.consequenceOf(source('libs/base/kernel/README.md'))).toEqual({ kind: 'nothing' });
  });
});

describe('Reloader', () => {
  it('compiles a file of a service into dist/ and restarts that service alone', async () => {
    const { reloads } = await reload(
      write(
        'services/paper-broker/src/book/page.ts',
        "import { venue } from '../main.ts';\nexport const page: number = venue;\n",
      ),
    );
    expect(restarts).toEqual(['/processes/paper-broker/restart']);
    expect(reloads).toEqual([expect.objectContaining({ services: ['paper-broker'], error: null })]);
    const compiled = readFileSync(source('dist/services/paper-broker/src/book/page.js'), 'utf8');
    expect(compiled).toContain('../main.js');
    expect(compiled).not.toContain(': number');
  });

  it('restarts who uses a library, and nobody else', async () => {
    await reload(
      write(
        'libs/base/persistence/src/index.ts',
        "export { one } from '@keelson/kernel';\nexport const changed = 1;\n",
      ),
    );
    expect(restarts.sort()).toEqual(['/processes/api/restart', '/processes/stream-gateway/restart']);
  });

  it('tells a compile error with its place, stops nothing, keeps the last good output, and goes on with the next save', async () => {
    const file = write('services/api/src/main.ts', 'export const api = 1;\n');
    await reload(file);
    restarts = [];
    const { reloads, reloader } = await reload(write('services/api/src/main.ts', 'export const api = ;\n'));
    expect(reloads[0]?.error).toMatch(/services\/api\/src\/main\.ts: [\s\S]*Expression expected/);
    expect(restarts).toEqual([]);
    expect(readFileSync(source('dist/services/api/src/main.js'), 'utf8')).toContain('api = 1');
    write('services/api/src/main.ts', 'export const api = 2;\n');
    reloader.take([source('services/paper-broker/src/main.ts')]);
    await reloader.settled();
    // The save of another file takes the mended one along.
    expect(restarts.sort()).toEqual(['/processes/api/restart', '/processes/paper-broker/restart']);
    expect(readFileSync(source('dist/services/api/src/main.js'), 'utf8')).toContain('api = 2');
  });

  it('takes along what a service serves as it is', async () => {
    await reload(write('services/api/public/index.html', '<p>new</p>'));
    expect(readFileSync(source('dist/services/api/public/index.html'), 'utf8')).toBe('<p>new</p>');
    expect(restarts).toEqual(['/processes/api/restart']);
  });

  it('stops nothing for a library that cannot be read', async () => {
    const { reloads } = await reload(write('libs/feeds/stream/src/index.ts', 'export const two = {;\n'));
    expect(reloads[0]?.error).toMatch(/libs\/feeds\/stream/);
    expect(restarts).toEqual([]);
  });

  it('removes what came from a file that is gone', async () => {
    const file = write('services/api/src/gone.ts', 'export const gone = 1;\n');
    await compileFile(clone, 'api', file);
    rmSync(file);
    await compileFile(clone, 'api', file);
    expect(existsSync(source('dist/services/api/src/gone.js'))).toBe(false);
  });
});

describe('watchFiles', () => {
  it('reports a save once, and a save without a change not at all', async () => {
    const watched = join(folder.path, 'watched');
    mkdirSync(watched);
    const stop = new AbortController();
    const seen: string[] = [];
    watchFiles([watched], stop.signal, (files) => seen.push(...files));
    await sleep(100);
    const file = join(watched, 'a.ts');
    writeFileSync(file, 'one');
    await sleep(300);
    writeFileSync(file, 'one');
    await sleep(300);
    writeFileSync(file, 'two');
    await sleep(300);
    stop.abort();
    expect(seen).toEqual([file, file]);
  });
});
