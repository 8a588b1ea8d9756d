import { join } from 'node:path';
import { entryKey } from '../cache.mjs';
import { messageOf, SetupError } from '../failure.mjs';
import { run } from '../run.mjs';
import { toolbox } from '../toolbox.mjs';
import { fail, ok, warn } from './check.mjs';

/** @typedef {import('../toolbox.mjs').ToolName} ToolName */

/**
 * Each tool: there, and does it run?
 *
 * @param {import('../context.mjs').Context} context
 * @returns {Promise<{ checks: import('./check.mjs').Check[], located: Set<ToolName> }>} located: those that need not be fetched
 */
export async function checkTools(context) {
  /** @type {Set<ToolName>} */
  const located = new Set();
  const names = /** @type {ToolName[]} */ (Object.keys(toolbox));
  const checks = await Promise.all(
    names.map(async (name) => {
      const { check, present } = await checkTool(context, name);
      if (present) located.add(name);
      return check;
    }),
  );
  return { checks, located };
}

/**
 * @param {import('../context.mjs').Context} context @param {ToolName} name
 * @returns {Promise<{ check: import('./check.mjs').Check, present: boolean }>}
 */
async function checkTool(context, name) {
  const tool = toolbox[name];
  const ensure = `node ops/bootstrap/main.mjs ensure ${name}`;
  try {
    const entry = await tool.locate(context);
    if (entry === null) {
      const when = name === 'k6' || name === 'postgres16' ? 'npm test' : 'npm start';
      return { check: warn(name, `missing: ${when} gets it`, ensure), present: false };
    }
    const program = programOf(name, entry);
    if (program === null) return { check: ok(name, tool.summary(entry)), present: true };
    const [command = '', ...args] = program;
    const env = { ...context.env, PULUMI_SKIP_UPDATE_CHECK: 'true' };
    const answer = await run(command, args, { env, timeoutMs: 15_000 });
    if (answer.code === 0)
      return {
        check: ok(name, `${tool.summary(entry)} ${program.find((part) => part.startsWith('/'))}`),
        present: true,
      };
    const fix =
      tool.recipe === undefined || entry.source === 'path'
        ? `install ${tool.title} again`
        : `rm -rf '${join(context.cache, entryKey(await tool.recipe(context)))}' && ${ensure}`;
    const detail = `broken: ${command} does not run: ${answer.output.trim().split('\n')[0]}`;
    return { check: fail(name, detail, fix), present: true };
  } catch (error) {
    const fix = error instanceof SetupError ? error.fix : ensure;
    return { check: fail(name, `broken: ${messageOf(error)}`, fix), present: false };
  }
}

/**
 * A command that shows that the tool runs at all.
 *
 * @param {ToolName} name @param {any} entry as the tool's locate gave it
 * @returns {string[] | null} null for what is not a program of this machine
 */
function programOf(name, entry) {
  if (entry.source === 'url' || name === 'deps') return null;
  if (name === 'postgres' || name === 'postgres16') {
    return [...(entry.runAsRootPrefix ?? []), join(entry.binDir, 'postgres'), '--version'];
  }
  if (name === 'redis') return [entry.server, '--version'];
  return [entry.path, name === 'node' ? '--version' : 'version'];
}
