import path from 'node:path';
import { parseArgs } from 'node:util';
import { renderFiles } from './render/files.ts';
import { renderers } from './render/registry.ts';
import { repositorySource } from './render/renderer.ts';

/** `node ops/src/render.ts [--check]`: writes the derived files, or says which are stale and exits with 1. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const root = path.resolve(import.meta.dirname, '../..');
  const outcomes = await renderFiles(root, renderers, repositorySource, !values.check);
  const stale = outcomes.filter(({ state }) => state === 'stale');
  if (stale.length > 0) {
    process.stderr.write(`Not what their sources say: ${stale.map((outcome) => outcome.path).join(', ')}\n`);
    process.stderr.write('Run `npm run render` and commit what it writes.\n');
    process.exitCode = 1;
    return;
  }
  for (const outcome of outcomes) process.stdout.write(`${outcome.state.padEnd(8)} ${outcome.path}\n`);
}

await main();
