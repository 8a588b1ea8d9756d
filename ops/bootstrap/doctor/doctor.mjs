import { surveyCache } from '../cache.mjs';
import { messageOf } from '../failure.mjs';
import { isExecutable } from '../files.mjs';
import { findProblems, readToolchain, toolchainFile } from '../toolchain-file.mjs';
import { fail, ok, warn } from './check.mjs';
import { checkPorts } from './ports.mjs';
import { checkPrerequisites } from './prerequisites.mjs';
import { checkTools } from './tools.mjs';

/**
 * Looks at everything the platform stands on and changes nothing; works where nothing was ever set up.
 *
 * @param {import('../context.mjs').Context} context @param {{ json: boolean }} options
 * @returns {Promise<number>} exit code: 0 when nothing failed
 */
export async function runDoctor(context, { json }) {
  const { checks: tools, located } = await checkTools(context);
  const checks = [
    ...(await checkPrerequisites(context, located)),
    ...tools,
    ...(await checkCache(context)),
    await checkToolchainFile(context),
    ...(await checkPorts(context)),
  ];
  const healthy = checks.every((check) => check.state !== 'fail');
  process.stdout.write(json ? `${JSON.stringify({ checks, ok: healthy }, null, 2)}\n` : describe(checks, healthy));
  return healthy ? 0 : 1;
}

/** @param {import('./check.mjs').Check[]} checks @param {boolean} healthy */
function describe(checks, healthy) {
  const marks = { ok: '✔', warn: '!', fail: '✖' };
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.flatMap(({ name, state, detail, fix }) => [
    `${marks[state]} ${name.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`${' '.repeat(width + 4)}to mend it: ${fix}`]),
  ]);
  return [...lines, '', healthy ? 'Nothing stands in the way.' : 'What is marked ✖ stands in the way.', ''].join('\n');
}

/** @param {import('../context.mjs').Context} context @returns {Promise<import('./check.mjs').Check[]>} */
async function checkCache(context) {
  try {
    const { entries, abandoned } = await surveyCache(context);
    const leftovers = abandoned.map((folder) =>
      warn('cache', `left by a set-up that was killed: ${folder}`, `rm -rf '${folder}'`),
    );
    if (entries.length === 0) return [ok('cache', `${context.cache} is empty`), ...leftovers];
    const found = entries.map(({ name, folder, whole }) =>
      whole
        ? ok(`cache ${name}`, folder)
        : fail(`cache ${name}`, 'broken: it was not finished, or was damaged', `rm -rf '${folder}' && npm start`),
    );
    return [...found, ...leftovers];
  } catch (error) {
    return [fail('cache', `broken: ${messageOf(error)}`, `choose another folder: KEELSON_CACHE_DIR=… npm start`)];
  }
}

/** @param {import('../context.mjs').Context} context @returns {Promise<import('./check.mjs').Check>} */
async function checkToolchainFile(context) {
  const name = 'toolchain.json';
  const toolchain = await readToolchain(context);
  const problems = await findProblems(context, toolchain);
  if (toolchain.node === undefined || !isExecutable(toolchain.node)) {
    return warn(name, `missing: ${toolchainFile(context)} does not name the tools of this clone yet`, 'npm start');
  }
  if (problems.length === 0) return ok(name, `${toolchainFile(context)} names ${Object.keys(toolchain).join(', ')}`);
  const tools = problems.map(({ tool }) => tool).join(' ');
  const detail = `broken: ${problems.map(({ tool, problem }) => `${tool}: ${problem}`).join('; ')}`;
  return warn(name, detail, `node ops/bootstrap/main.mjs ensure ${tools}`);
}
