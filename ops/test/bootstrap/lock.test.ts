import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acquireLock, ownerName } from '../../bootstrap/lock.mjs';
import { eventually, startNode } from './clone.ts';

const module = pathToFileURL(
  resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bootstrap', 'lock.mjs'),
).href;

let folder: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelson lock '));
  lock = join(folder, 'the lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Another process that takes the lock and runs a piece of code while it holds it. */
function holder(code: string) {
  const program = `
    import { acquireLock } from ${JSON.stringify(module)};
    import fs from 'node:fs';
    const release = await acquireLock(process.env.LOCK);
    ${code}
    await release();`;
  return startNode(['--input-type=module', '-e', program], { LOCK: lock, FOLDER: folder }, folder);
}

const increment = `
  const file = process.env.FOLDER + '/counter';
  const before = Number(fs.readFileSync(file, 'utf8'));
  await new Promise((resolve) => setTimeout(resolve, 30));
  fs.writeFileSync(file, String(before + 1));`;

const neverRelease = `fs.writeFileSync(process.env.FOLDER + '/held', ''); await new Promise((resolve) => setTimeout(resolve, 60_000));`;

describe('acquireLock', () => {
  it('lets one process in at a time', async () => {
    await writeFile(join(folder, 'counter'), '0');
    const ends = await Promise.all(Array.from({ length: 5 }, () => holder(increment).finished));
    expect(ends.map((end) => end.code)).toEqual([0, 0, 0, 0, 0]);
    expect(await readFile(join(folder, 'counter'), 'utf8')).toBe('5');
    expect(await readdir(folder)).toEqual(['counter']);
  });

  it('says who is waited for, and goes on when that process ends', async () => {
    const { child, finished } = holder(`await new Promise((resolve) => setTimeout(resolve, 600));`);
    await eventually(async () => (await readdir(lock).catch(() => []))[0], 'the lock is held');
    const waited: string[] = [];
    const release = await acquireLock(lock, { onWait: (owner) => waited.push(owner) });
    expect(waited[0]).toBe(`pid ${child.pid}`);
    await release();
    expect((await finished).code).toBe(0);
  });

  it('is taken over from a process that was killed, by one of several that wait', async () => {
    await writeFile(join(folder, 'counter'), '0');
    const { child, finished } = holder(neverRelease);
    await eventually(() => readFile(join(folder, 'held')).catch(() => undefined), 'the lock is held');
    const waiting = Array.from({ length: 4 }, () => holder(increment).finished);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await readFile(join(folder, 'counter'), 'utf8')).toBe('0');
    child.kill('SIGKILL');
    expect((await finished).signal).toBe('SIGKILL');
    expect((await Promise.all(waiting)).map((end) => end.code)).toEqual([0, 0, 0, 0]);
    expect(await readFile(join(folder, 'counter'), 'utf8')).toBe('4');
  });

  it('is not fooled by a pid that belongs to another process now', async () => {
    const [pid, , ...rest] = ownerName(process.pid).split('~');
    await mkdir(lock);
    await writeFile(join(lock, [pid, '00000000-1', ...rest].join('~')), '');
    await (
      await acquireLock(lock)
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it('believes an owner on another machine for as long as its file is touched', async () => {
    const [pid, start, , random] = ownerName(process.pid).split('~');
    const file = join(lock, [pid, start, `not-${hostname()}`, random].join('~'));
    await mkdir(lock);
    await writeFile(file, '');
    const giveUp = AbortSignal.timeout(500);
    await expect(acquireLock(lock, { signal: giveUp })).rejects.toThrow();
    const longAgo = new Date(Date.now() - 120_000);
    await utimes(file, longAgo, longAgo);
    await (
      await acquireLock(lock)
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it('can be taken where a process died between emptying the lock and filling it', async () => {
    await mkdir(lock);
    await (
      await acquireLock(lock)
    )();
    expect(await readdir(folder)).toEqual([]);
  });
});
