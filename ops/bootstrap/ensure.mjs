import { mkdirSync } from 'node:fs';
import { createProgress } from './progress.mjs';
import { runStep } from './steps.mjs';
import { toolbox } from './toolbox.mjs';
import { updateToolchain } from './toolchain-file.mjs';

/**
 * Makes tools available, those that are missing side by side, and records where they are.
 * The first failure ends the others: whoever waits for minutes learns at once that the end can't be reached.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./toolbox.mjs').ToolName[]} names
 * @param {(reason: Error) => void} cancel aborts the context's signal
 * @returns {Promise<import('./toolchain-file.mjs').Toolchain>}
 */
export async function ensureTools(context, names, cancel) {
  mkdirSync(context.state, { recursive: true });
  const progress = createProgress(process.stderr, context.env);
  const wanted = new Set(names.includes('deps') ? [...names, /** @type {const} */ ('node')] : names);
  /** @type {import('./toolchain-file.mjs').Entries} */
  const found = {};
  /** @type {Map<string, Promise<any>>} */
  const running = new Map();
  const nodePath = async () => (await running.get('node')).path;
  for (const name of wanted) running.set(name, ensureTool(context, progress, name, nodePath));
  let failure;
  await Promise.all(
    [...running].map(async ([name, entry]) => {
      try {
        found[/** @type {import('./toolbox.mjs').ToolName} */ (name)] = await entry;
      } catch (error) {
        // What fails after the first one fails because it was cancelled.
        failure ??= error;
        cancel(new Error('another step failed'));
      }
    }),
  );
  progress.stop();
  if (failure !== undefined) throw failure;
  return updateToolchain(context, found);
}

/**
 * @param {import('./context.mjs').Context} context @param {ReturnType<typeof createProgress>} progress
 * @param {import('./toolbox.mjs').ToolName} name @param {() => Promise<string>} nodePath
 */
async function ensureTool(context, progress, name, nodePath) {
  const tool = toolbox[name];
  const located = await tool.locate(context);
  if (located !== null) return located;
  return runStep(context, progress, {
    name,
    title: tool.title,
    work: (step) => tool.provide(context, step, nodePath),
    summary: tool.summary,
  });
}
