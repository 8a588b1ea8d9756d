import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf } from './failure.mjs';

/**
 * A lock between processes of one user, possibly on several machines that share a home folder.
 *
 * The lock is a folder that holds one file, named after its owner. Taking it is one rename of a prepared folder onto
 * the lock's path, which the system allows only when nothing or an EMPTY folder is there. Taking over from a dead owner is
 * to unlink the dead owner's file by its name: of several that try, one succeeds, and a file that belongs to a newer
 * owner has another name. So no step needs a second lock, and dying between any two of them leaves the lock takeable.
 */

const pollMs = 200;
const touchMs = 5_000;
/** An owner on another machine cannot be asked; it counts as dead when its file was not touched for so long. */
const remoteStaleMs = 60_000;

/**
 * @param {string} path of the lock folder; its parent is created
 * @param {{ onWait?: (owner: string) => void, signal?: AbortSignal }} [options] onWait is called on each look at a held lock
 * @returns {Promise<() => Promise<void>>} releases the lock
 */
export async function acquireLock(path, options = {}) {
  await mkdir(dirname(path), { recursive: true });
  const owner = ownerName(process.pid);
  for (;;) {
    options.signal?.throwIfAborted();
    if (await tryTake(path, owner)) return holdLock(path, owner);
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await isDead(join(path, holder), holder)) await unlinkIfThere(join(path, holder));
    else {
      options.onWait?.(describeOwner(holder));
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }
}

/**
 * @param {string} path @param {string} owner
 * @returns {Promise<boolean>}
 */
async function tryTake(path, owner) {
  const prepared = `${path}.${owner}`;
  await mkdir(prepared);
  await writeFile(join(prepared, owner), '');
  try {
    await rename(prepared, path);
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} path @param {string} owner
 * @returns {() => Promise<void>}
 */
function holdLock(path, owner) {
  const file = join(path, owner);
  const timer = setInterval(() => {
    const now = new Date();
    // A failure here means that the file is gone, which release() tolerates too: the work itself is safe without the lock.
    utimes(file, now, now).catch(() => clearInterval(timer));
  }, touchMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await unlinkIfThere(file);
    try {
      await rmdir(path);
    } catch (error) {
      // Somebody else took the empty folder in between, or removed it: it is not ours any more.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
    }
  };
}

/** @param {string} path @returns {Promise<string | null>} */
async function readHolder(path) {
  try {
    return (await readdir(path))[0] ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {string} file */
async function unlinkIfThere(file) {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * The name says who: pid, when that process started (a pid is used again, after a reboot at the latest), machine, and a random part.
 *
 * @param {number} pid
 */
export function ownerName(pid) {
  return [pid, processStart(pid), hostToken(), randomBytes(4).toString('hex')].join('~');
}

function hostToken() {
  return hostname().replace(/[^\w.-]/g, '_');
}

/** @param {string} owner */
function describeOwner(owner) {
  const [pid, , host] = owner.split('~');
  return host === hostToken() ? `pid ${pid}` : `pid ${pid} on ${host}`;
}

/** @param {string} file @param {string} owner @returns {Promise<boolean>} */
async function isDead(file, owner) {
  const [pid, start, host] = owner.split('~');
  if (host === hostToken()) return !isSameProcessAlive(Number(pid), start ?? '');
  try {
    return Date.now() - (await stat(file)).mtimeMs > remoteStaleMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** @param {number} pid @param {string} start @returns {boolean} */
function isSameProcessAlive(pid, start) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    if (codeOf(error) !== 'EPERM') throw error;
  }
  return start === 'unknown' || processStart(pid) === 'unknown' || processStart(pid) === start;
}

/**
 * Start time of a process: boot id and clock ticks since boot on Linux, `unknown` where /proc does not exist.
 *
 * @param {number} pid @returns {string}
 */
function processStart(pid) {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return `${boot}-${fields[19]}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return 'unknown';
    throw error;
  }
}

/**
 * Owner of a temporary folder named `<anything>~~<owner>`: used to clean up after builders that died.
 *
 * @param {string} folder @returns {Promise<boolean>} true when nobody works in it any more
 */
export async function isAbandoned(folder) {
  const owner = folder.split('~~')[1];
  return owner !== undefined && (await isDead(folder, owner));
}
