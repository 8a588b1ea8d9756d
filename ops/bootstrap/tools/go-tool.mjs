import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry, findEntry } from '../cache.mjs';
import { listFolder } from '../files.mjs';
import { goBuild, moduleFiles } from '../go-build.mjs';
import { unpackRelease } from '../release.mjs';

/**
 * A tool whose official release is a folder with its executables, and which can be compiled with Go where that can't be reached.
 *
 * @typedef {object} GoTool
 * @property {string} tool    its name, and that of its executable
 * @property {string} version
 * @property {string} goPackage
 * @property {string} linkerFlags
 * @property {import('../manifest.mjs').ReleasePin} release
 */

/** @param {import('../context.mjs').Context} context @param {GoTool} pin */
export async function goRecipe(context, pin) {
  const material = [context.platform, pin.goPackage, pin.linkerFlags, ...(await moduleFiles(pin.tool))];
  return { tool: pin.tool, version: pin.version, material, executables: [`bin/${pin.tool}`] };
}

/**
 * @param {import('../context.mjs').Context} context @param {GoTool} pin
 * @returns {Promise<{ path: string, source: string } | null>}
 */
export async function locateCached(context, pin) {
  const entry = await findEntry(context, await goRecipe(context, pin));
  return entry && { path: join(entry.folder, 'bin', pin.tool), source: entry.source };
}

/**
 * @param {import('../context.mjs').Context} context @param {import('../steps.mjs').Step} step @param {GoTool} pin
 * @returns {Promise<{ path: string, source: string }>} source: `release` or `built`
 */
export async function provideGoTool(context, step, pin) {
  /** @param {string} folder */
  const build = async (folder) => {
    if (await unpackRelease(context, step, pin, folder)) {
      // Every archive holds one folder with the executables side by side.
      await rename(join(folder, listFolder(folder)[0] ?? ''), join(folder, 'bin'));
      return 'release';
    }
    await mkdir(join(folder, 'bin'));
    await goBuild(context, step, pin, join(folder, 'bin', pin.tool));
    await step.command(join(folder, 'bin', pin.tool), ['version'], {
      env: { ...context.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
      fix: 'node ops/bootstrap/main.mjs doctor',
    });
    return 'built';
  };
  const entry = await ensureEntry(context, await goRecipe(context, pin), build, step.say);
  return { path: join(entry.folder, 'bin', pin.tool), source: entry.source };
}
