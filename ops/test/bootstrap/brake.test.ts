import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmptyClone } from './clone.ts';

let clone: EmptyClone;

/** A clone that was set up once, as far as a halt looks: a Node that is recorded, a dependency, the program. */
beforeEach(async () => {
  clone = await EmptyClone.create();
  await mkdir(join(clone.root, 'node_modules', 'pg'), { recursive: true });
  await mkdir(join(clone.root, 'ops', 'src'));
  await writeFile(
    join(clone.root, 'ops', 'src', 'main.ts'),
    'const words: string[] = process.argv.slice(2); console.log(JSON.stringify(words)); process.exitCode = 7;',
  );
  await mkdir(join(clone.root, '.keelson'));
  await writeFile(join(clone.root, '.keelson', 'toolchain.json'), JSON.stringify({ node: process.execPath }));
});
afterEach(() => clone.remove());

/** What `pullBrake` did: what the program printed, and its result. */
async function pull(...words: string[]): Promise<{ printed: string; result: string }> {
  const program = `
    const { pullBrake } = await import('./ops/bootstrap/brake.mjs');
    const result = await pullBrake(${JSON.stringify(words)});
    console.error(String(result));`;
  const options = { cwd: clone.root, env: { ...clone.env, NODE_COMPILE_CACHE: join(clone.cache, 'compiled') } };
  const words24 = ['--input-type=module', '--eval', program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words24, options);
  return { printed: stdout.trim(), result: stderr.trim().split('\n').at(-1) ?? '' };
}

describe('keelson halt', () => {
  it('starts with what is recorded, without a lock file or a tool on PATH, and ends with its code', async () => {
    expect(await pull('halt', '--reason', 'a b')).toEqual({ printed: '["halt","--reason","a b"]', result: '7' });
  });

  it.each([
    ['another command', ['status'], undefined],
    ['a clone without dependencies', ['halt'], 'node_modules'],
    ['a clone that was never set up', ['halt'], '.keelson'],
  ])('is left to set-up for %s', async (_what, words, missing) => {
    if (missing !== undefined) await rm(join(clone.root, missing), { recursive: true });
    expect(await pull(...words)).toEqual({ printed: '', result: 'undefined' });
  });
});
