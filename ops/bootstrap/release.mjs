import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf, SetupError } from './failure.mjs';
import { digestFile } from './files.mjs';

/** A host that does not answer within this is not there. */
const probeMs = 3_000;
const stalledMs = 30_000;

/**
 * Downloads and unpacks an official release, checked against the checksums published with it.
 *
 * @param {import('./context.mjs').Context} context
 * @param {import('./steps.mjs').Step} step
 * @param {{ version: string, release: import('./manifest.mjs').ReleasePin }} pin
 * @param {string} folder the archive is unpacked here
 * @returns {Promise<boolean>} false when the release can't be reached: nothing is left in the folder then
 * @throws {SetupError} when the archive does not have the published checksum
 */
export async function unpackRelease(context, step, pin, folder) {
  const address = releaseAddress(context, pin);
  if (address === null) return false;
  const expected = await publishedChecksum(context, step, address);
  if (expected === null) return false;
  const archive = join(folder, address.archive);
  try {
    await download(context, step, `${address.base}/${address.archive}`, archive);
  } catch (error) {
    context.signal.throwIfAborted();
    step.say(`the release could not be downloaded: ${messageOf(error)}`);
    await rm(archive, { force: true });
    return false;
  }
  const actual = await digestFile(archive, 'sha256', 'hex');
  if (actual !== expected) {
    throw new SetupError(
      `${address.archive} has sha256 ${actual}, but ${expected} is published for it`,
      `try again; if it stays so, set ${pin.release.mirrorVariable}=off to build from source instead`,
    );
  }
  await mkdir(folder, { recursive: true });
  const unpack = address.archive.endsWith('.zip')
    ? ['python3', '-m', 'zipfile', '-e', archive, folder]
    : ['tar', '-xzf', archive, '-C', folder];
  await step.command(unpack[0] ?? '', unpack.slice(1), { fix: `install ${unpack[0]}` });
  await rm(archive);
  return true;
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {{ version: string, release: import('./manifest.mjs').ReleasePin }} pin
 * @returns {{ base: string, checksums: string, archive: string } | null} null when there is none for this platform or it is switched off
 */
export function releaseAddress(context, { version, release }) {
  const archive = release.archives[context.platform];
  const mirror = context.env[release.mirrorVariable];
  if (archive === undefined || mirror === 'off') return null;
  /** @param {string} text */
  const fill = (text) => text.replaceAll('{version}', version);
  return { base: fill(mirror || release.base), checksums: fill(release.checksums), archive: fill(archive) };
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {Pick<import('./steps.mjs').Step, 'say'>} step
 * @param {{ base: string, checksums: string, archive: string }} address
 * @returns {Promise<string | null>} null when the host or the file is not reachable
 */
export async function publishedChecksum(context, step, address) {
  const url = `${address.base}/${address.checksums}`;
  step.say(`asking ${new URL(url).host} for the official release`);
  try {
    const response = await fetch(url, { signal: anySignal(context.signal, AbortSignal.timeout(probeMs)) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const checksum = readChecksum(await response.text(), address.archive);
    if (checksum === null) step.say(`${address.checksums} does not list ${address.archive}`);
    return checksum;
  } catch (error) {
    context.signal.throwIfAborted();
    const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
    step.say(`the official release is not reachable (${cause})`);
    return null;
  }
}

/**
 * @param {string} text lines of `<sha256>  <file>` @param {string} file
 * @returns {string | null}
 */
export function readChecksum(text, file) {
  for (const line of text.split('\n')) {
    const [checksum, name] = line.trim().split(/\s+\*?/);
    if (name?.replace(/^\.\//, '') === file && /^[0-9a-f]{64}$/.test(checksum ?? '')) return checksum ?? null;
  }
  return null;
}

/**
 * @param {import('./context.mjs').Context} context @param {import('./steps.mjs').Step} step
 * @param {string} url @param {string} file
 */
async function download(context, step, url, file) {
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stalledMs);
  try {
    const response = await fetch(url, { signal: anySignal(context.signal, stalled.signal) });
    if (!response.ok || response.body === null) throw new Error(`status ${response.status} for ${url}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    let received = 0;
    const meter = new Transform({
      transform(chunk, _encoding, callback) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), stalledMs);
        received += chunk.length;
        step.say(`${megabytes(received)} of ${total > 0 ? megabytes(total) : '?'} MB`);
        callback(null, chunk);
      },
    });
    const body = /** @type {import('node:stream/web').ReadableStream} */ (response.body);
    await pipeline(Readable.fromWeb(body), meter, createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
}

/** @param {number} bytes */
function megabytes(bytes) {
  return (bytes / 1_000_000).toFixed(0);
}

/** AbortSignal.any came with Node 20.3; this runs on 18 too. @param {AbortSignal[]} signals */
function anySignal(...signals) {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
}
