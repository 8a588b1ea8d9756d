import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './failure.mjs';
import { listFolder, readIfThere } from './files.mjs';
import { acquireLock, isAbandoned, ownerName } from './lock.mjs';

/**
 * The per-user cache: `<cache>/<tool>-<version>-<12 hex digits>`, each made once and never changed. An entry is built in
 * a folder beside it and renamed into place, so it is either there and whole, or not there. The lock only
 * saves double work; two builders that both ran would end in one rename that wins and one that finds the entry there.
 */

const receiptFile = 'keelson.json';
const entryName = /^[a-z0-9]+-[\d.]+-[0-9a-f]{12}$/;

/**
 * @typedef {{ tool: string, version: string, material: unknown, executables: string[] }} Recipe
 *   material: everything the content depends on; executables: paths inside the entry that must be there
 * @typedef {{ source: string, made: string }} Receipt how the entry came about
 */

/** @param {Recipe} recipe @returns {string} the entry's name */
export function entryKey(recipe) {
  const digest = createHash('sha256')
    .update(JSON.stringify([recipe.material, recipe.executables]))
    .digest('hex');
  return `${recipe.tool}-${recipe.version}-${digest.slice(0, 12)}`;
}

/**
 * @param {import('./context.mjs').Context} context @param {Recipe} recipe
 * @returns {Promise<{ folder: string, source: string } | null>} null when it isn't there or is damaged
 */
export async function findEntry(context, recipe) {
  const folder = join(context.cache, entryKey(recipe));
  const receipt = await readIfThere(join(folder, receiptFile));
  if (receipt === null || !recipe.executables.every((file) => existsSync(join(folder, file)))) return null;
  try {
    /** @type {Receipt} */
    const { source } = JSON.parse(receipt);
    return { folder, source };
  } catch {
    // A receipt that does not parse is a damaged entry, and those are made again.
    return null;
  }
}

/**
 * Makes an entry unless it is there. `build` fills an empty folder and returns where the content came from.
 *
 * @param {import('./context.mjs').Context} context @param {Recipe} recipe
 * @param {(folder: string) => Promise<string>} build
 * @param {(line: string) => void} say
 * @returns {Promise<{ folder: string, source: string }>}
 */
export async function ensureEntry(context, recipe, build, say) {
  const key = entryKey(recipe);
  const release = await acquireLock(join(context.cache, 'locks', key), {
    signal: context.signal,
    onWait: (owner) => say(`waiting for ${owner}, which is preparing the same thing`),
  });
  try {
    const found = await findEntry(context, recipe);
    if (found !== null) return found;
    await removeAbandoned(context, key);
    return await buildEntry(context, recipe, build);
  } finally {
    await release();
  }
}

/**
 * @param {import('./context.mjs').Context} context @param {Recipe} recipe
 * @param {(folder: string) => Promise<string>} build
 */
async function buildEntry(context, recipe, build) {
  const key = entryKey(recipe);
  const building = join(context.cache, 'building', `${key}~~${ownerName(process.pid)}`);
  await mkdir(building, { recursive: true });
  try {
    const source = await build(building);
    await writeFile(join(building, receiptFile), JSON.stringify({ source, made: new Date().toISOString() }) + '\n');
    await moveIntoPlace(context, recipe, building);
    return { folder: join(context.cache, key), source };
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/**
 * @param {import('./context.mjs').Context} context @param {Recipe} recipe @param {string} building
 */
async function moveIntoPlace(context, recipe, building) {
  const place = join(context.cache, entryKey(recipe));
  try {
    await rename(building, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
    if ((await findEntry(context, recipe)) !== null) return;
    // A damaged entry: out of the way first, so that nobody ever sees a half-deleted one at its place.
    const damaged = `${building}.damaged`;
    await rename(place, damaged);
    await rename(building, place);
    await rm(damaged, { recursive: true, force: true });
  }
}

/** What builders that were killed left behind. @param {import('./context.mjs').Context} context @param {string} key */
async function removeAbandoned(context, key) {
  for (const name of listFolder(join(context.cache, 'building'))) {
    const folder = join(context.cache, 'building', name);
    if (name.startsWith(`${key}~~`) && (await isAbandoned(folder))) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Every entry and leftover of the cache, for `doctor`.
 *
 * @param {import('./context.mjs').Context} context
 * @returns {Promise<{ entries: { name: string, folder: string, whole: boolean }[], abandoned: string[] }>}
 */
export async function surveyCache(context) {
  const entries = [];
  for (const name of listFolder(context.cache)) {
    // Others keep things here too, such as Node's compile cache.
    if (!entryName.test(name)) continue;
    const folder = join(context.cache, name);
    entries.push({ name, folder, whole: (await readIfThere(join(folder, receiptFile))) !== null });
  }
  const abandoned = [];
  for (const name of listFolder(join(context.cache, 'building'))) {
    const folder = join(context.cache, 'building', name);
    if (await isAbandoned(folder)) abandoned.push(folder);
  }
  return { entries, abandoned };
}
