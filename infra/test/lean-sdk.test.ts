import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { repositoryFolder } from '../src/targets/local/folders.ts';

const source = join(repositoryFolder, 'infra', 'src');
const START_MS = 120_000;

/** What a process answers that the language host would start: `answer` is an expression, with `sdk` and `loaded(name)`. */
async function inLeanProcess(answer: string): Promise<unknown> {
  const code = `
    import { createRequire } from 'node:module';
    const require = createRequire(${JSON.stringify(join(source, 'main.ts'))});
    const sdk = require('@pulumi/pulumi');
    const loaded = (name) => Object.keys(require.cache).filter((file) => file.includes('/node_modules/' + name + '/'));
    console.log(JSON.stringify(await (${answer})));`;
  const words = ['--import', join(source, 'language-host', 'lean-sdk.ts'), '--input-type=module', '--eval', code];
  const options = { cwd: source, env: { ...process.env, NODE_OPTIONS: '' } };
  const { stdout } = await promisify(execFile)(process.execPath, words, options);
  return JSON.parse(stdout);
}

describe('a program started by the language host', () => {
  it(
    'has not loaded what serializes functions',
    async () => {
      const answer = `({ stand: loaded('typescript').length + loaded('@npmcli/arborist').length, below: loaded('pacote').length })`;
      // The two files that stand for the packages, and nothing of what either would load.
      expect(await inLeanProcess(answer)).toEqual({ stand: 2, below: 0 });
    },
    START_MS,
  );

  it(
    'loads it when a function is serialized',
    async () => {
      const answer = `sdk.runtime.serializeFunction((one) => one + 41).then(({ text }) => text)`;
      expect(await inLeanProcess(answer)).toContain('one + 41');
    },
    START_MS,
  );

  it(
    'looks up no source map for a stack trace',
    async () => {
      // What the SDK's runner requires first, to have every trace of a stack mapped.
      const answer = `(require('source-map-support/register'), loaded('source-map').length)`;
      expect(await inLeanProcess(answer)).toBe(0);
    },
    START_MS,
  );

  it.each(['cloud-data', 'cloud-app'])(
    'loads of the official packages only what %s makes, not their hundreds of files',
    async (layer) => {
      const file = join(source, 'layers', `${layer}.ts`);
      const answer = `import(${JSON.stringify(file)}).then(() =>
        ['@pulumi/cloudflare', '@pulumi/github', '@pulumiverse/vercel'].flatMap(loaded).filter((file) => file.endsWith('/index.js')))`;
      expect(await inLeanProcess(answer)).toEqual([]);
    },
    START_MS,
  );
});
