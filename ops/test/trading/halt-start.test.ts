import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const ops = join(import.meta.dirname, '..', '..');

/** What a halt asks for by name while it runs, read from its source: so the test cannot lag behind it. */
function loadedByHalt(): string[] {
  const files = ['src/trading/halting.ts', 'src/trading/trading-state.ts', 'src/stack/audit.ts'];
  const text = files.map((file) => readFileSync(join(ops, file), 'utf8')).join('\n');
  return [...text.matchAll(/import\('(@keelson\/[^']+)'\)/g)].map(([, name]) => name!);
}

/** Third-party packages that a program has loaded after importing these, by name. */
async function packagesOf(specifiers: readonly string[]): Promise<string[]> {
  const program = `
    import { registerHooks } from 'node:module';
    const seen = new Set();
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
      if (name) seen.add(name);
      return next(url, context);
    } });
    await import('./src/main.ts');
    for (const name of ${JSON.stringify(specifiers)}) await import(name);
    process.stdout.write('\\n' + JSON.stringify([...seen]));`;
  const words = ['--input-type=module', '--eval', program, 'main', 'halt', '--help'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: ops });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as string[];
}

test('keelson halt starts without what only services need', async () => {
  const specifiers = loadedByHalt();
  expect(specifiers).toContain('@keelson/oversight/halt');
  const loaded = await packagesOf(specifiers);
  expect(loaded).toContain('pg');
  // Each of these is tens of milliseconds, and together they were more than half of the command.
  const slow = ['typeorm', 'bullmq', 'ioredis', 'jose', 'ws', 'temporal-polyfill'];
  expect(loaded.filter((name) => slow.includes(name))).toEqual([]);
});
