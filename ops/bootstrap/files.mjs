import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, createReadStream, readdirSync, realpathSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { codeOf } from './failure.mjs';

/** @param {string} file @returns {Promise<string | null>} its text, null when there is none */
export async function readIfThere(file) {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** Readers see the old text or the new, never half of it. @param {string} file @param {string} text */
export async function writeAtomically(file, text) {
  await mkdir(dirname(file), { recursive: true });
  const prepared = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(prepared, text);
  await rename(prepared, file);
}

/** @param {string} file @returns {boolean} */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, a closed folder on the way, no permission: all mean that it can't be run.
    return false;
  }
}

/** @param {string} folder @returns {string[]} its entries, none when it can't be read */
export function listFolder(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error) ?? '')) return [];
    throw error;
  }
}

/**
 * @param {string} file @param {'sha256' | 'sha512'} algorithm @param {'hex' | 'base64'} encoding
 * @returns {Promise<string>}
 */
export async function digestFile(file, algorithm, encoding) {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest(encoding);
}

/**
 * What PATH offers under a name, first match first. Left out is what we put there ourselves: a tool in our cache or in the
 * clone's node_modules is not "already on the machine", and npm ci deletes the latter while it runs.
 *
 * @param {import('./context.mjs').Context} context @param {string} name
 * @returns {string[]} absolute paths as PATH spells them
 */
export function findOnPath(context, name) {
  const ours = [context.cache, context.state, join(context.repository, 'node_modules')].map((folder) => folder + '/');
  return (context.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter((file) => isExecutable(file))
    .filter((file) => !ours.some((folder) => file.startsWith(folder) || realpathSync(file).startsWith(folder)));
}
