import { chmod, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmptyClone, eventually } from './clone.ts';

/** A compiler that notes that it ran, takes a moment, and writes what `-o` names. */
const compiler = `
echo run >> "$RUNS"
output=
while [ $# -gt 0 ]; do case "$1" in -o) output="$2"; shift;; esac; shift; done
sleep "$SECONDS_TO_BUILD"
[ "$BROKEN" = yes ] && { echo 'no such module'; exit 1; }
printf '#!/bin/sh\\necho v3.259.0\\n' > "$output"
chmod 755 "$output"`;

let clone: EmptyClone;
let env: Record<string, string>;
beforeEach(async () => {
  clone = await EmptyClone.create();
  await clone.fake('go', compiler);
  await clone.link('/bin/sleep', '/bin/chmod');
  env = { RUNS: join(clone.bin, 'runs'), SECONDS_TO_BUILD: '0' };
});
afterEach(() => clone.remove());

const runs = async () => (await readFile(env['RUNS'] ?? '', 'utf8').catch(() => '')).split('\n').length - 1;
const building = () => readdir(join(clone.cache, 'building')).catch(() => []);
const entries = async () => (await readdir(clone.cache)).filter((name) => name.startsWith('pulumi-'));

describe('the cache', () => {
  it('is filled once and used from then on', async () => {
    expect((await clone.run(['ensure', 'pulumi'], env)).code).toBe(0);
    const again = await clone.run(['ensure', 'pulumi', '--json'], env);
    expect(JSON.parse(again.stdout)).toMatchObject({
      pulumi: { version: '3.259.0', source: 'built' },
      languageHost: 'ours',
    });
    expect(again.stderr).toBe('');
    expect(await runs()).toBe(1);
    expect(await entries()).toEqual([expect.stringMatching(/^pulumi-3\.259\.0-[0-9a-f]{12}$/)]);
  });

  it('builds once for two clones that start at the same time, and the one that waits says so', async () => {
    const second = join(clone.root, '..', 'second clone');
    await clone.copyTo(second);
    const slow = { ...env, SECONDS_TO_BUILD: '4' };
    const ends = await Promise.all([
      clone.run(['ensure', 'pulumi'], slow),
      clone.run(['ensure', 'pulumi'], slow, second),
    ]);
    expect(ends.map((end) => end.code)).toEqual([0, 0]);
    expect(await runs()).toBe(1);
    expect(ends.map((end) => end.stderr).join()).toMatch(/Pulumi engine 3\.\d s \(waiting for pid \d+/);
  }, 20_000);

  it('has no entry after a builder was killed; the next one builds, and clears what that one left', async () => {
    const { child, finished } = clone.start(['ensure', 'pulumi'], { ...env, SECONDS_TO_BUILD: '5' });
    await eventually(async () => ((await runs()) === 1 ? true : undefined), 'the compiler runs');
    child.kill('SIGKILL');
    await finished.catch(() => undefined);
    expect(await building()).toHaveLength(1);
    expect(await entries()).toEqual([]);
    expect((await clone.run(['ensure', 'pulumi'], env)).code).toBe(0);
    expect(await building()).toEqual([]);
    expect(await entries()).toHaveLength(1);
  }, 40_000);

  it('is left clean, and the compiler ended, when the set-up is interrupted', async () => {
    const { child, finished } = clone.start(['ensure', 'pulumi'], { ...env, SECONDS_TO_BUILD: '30' });
    await eventually(async () => ((await runs()) === 1 ? true : undefined), 'the compiler runs');
    const interrupted = Date.now();
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(Date.now() - interrupted).toBeLessThan(5_000);
    expect(code).toBe(1);
    expect(stderr).toContain('interrupted; what was finished is kept');
    expect(await building()).toEqual([]);
    expect(await readdir(join(clone.cache, 'locks'))).toEqual([]);
    expect(await entries()).toEqual([]);
  }, 15_000);

  it('is left clean when a build fails, and the failure shows cause, log and remedy', async () => {
    const { code, stderr } = await clone.run(['ensure', 'pulumi'], { ...env, BROKEN: 'yes' });
    expect(code).toBe(1);
    expect(stderr).toContain('go ended with code 1: no such module');
    expect(stderr).toMatch(/whole log: (.*\.log)\n/);
    expect(stderr).toMatch(/to mend it: check that the Go module proxy is reachable/);
    const log = /whole log: (.*\.log)\n/.exec(stderr)?.[1] ?? '';
    expect(await readFile(log, 'utf8')).toContain('no such module');
    expect(await building()).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  it('makes a damaged entry anew', async () => {
    await clone.run(['ensure', 'pulumi'], env);
    const [entry = ''] = await entries();
    await rm(join(clone.cache, entry, 'bin', 'pulumi'));
    const { code, stdout } = await clone.run(['ensure', 'pulumi', '--json'], env);
    expect(code).toBe(0);
    expect(await readFile(JSON.parse(stdout).pulumi.path, 'utf8')).toContain('v3.259.0');
    expect(await runs()).toBe(2);
    expect(await entries()).toEqual([entry]);
  });

  it('gets another entry when a pinned checksum changes', async () => {
    await clone.run(['ensure', 'pulumi'], env);
    const sums = join(clone.root, 'ops', 'bootstrap', 'toolchain', 'pulumi', 'go.sum');
    await chmod(sums, 0o644);
    await writeFile(sums, `${await readFile(sums, 'utf8')}example.org/new v1.0.0 h1:0000=\n`);
    expect((await clone.run(['ensure', 'pulumi'], env)).code).toBe(0);
    expect(await entries()).toHaveLength(2);
  });
});
