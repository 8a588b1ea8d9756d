import { readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { listFolder } from '../files.mjs';
import { run } from '../run.mjs';
import { fail, ok } from './check.mjs';

/** Offsets from KEELSON_PORT_BASE. */
const ports = {
  api: 0,
  'stream-gateway': 1,
  'paper-broker': 2,
  worker: 3,
  beat: 4,
  'worker-2': 13,
  postgres: 20,
  redis: 21,
};

/** @typedef {{ pid: number, command: string, folder: string }} Owner */

/**
 * Whether the ports of the local stack are free, or held by this clone's own stack.
 *
 * @param {import('../context.mjs').Context} context
 * @returns {Promise<import('./check.mjs').Check[]>}
 */
export async function checkPorts(context) {
  const base = Number(context.env['KEELSON_PORT_BASE'] ?? 3000);
  if (!Number.isInteger(base) || base < 1024 || base > 65_000) {
    return [
      fail(
        'ports',
        `broken: KEELSON_PORT_BASE must be a number from 1024 to 65000`,
        'KEELSON_PORT_BASE=3000 npm start',
      ),
    ];
  }
  return Promise.all(Object.entries(ports).map(([name, offset]) => checkPort(context, name, base, base + offset)));
}

/**
 * @param {import('../context.mjs').Context} context @param {string} service @param {number} base @param {number} port
 * @returns {Promise<import('./check.mjs').Check>}
 */
async function checkPort(context, service, base, port) {
  const name = `port ${port} (${service})`;
  if (await isFree(port)) return ok(name, 'free');
  const owner = await findOwner(port);
  const elsewhere = `KEELSON_PORT_BASE=${base + 100} npm start`;
  if (owner === null) return fail(name, 'taken by a process of another user', elsewhere);
  const ours = owner.folder.startsWith(context.repository) || owner.command.includes(context.repository);
  if (ours) return ok(name, `used by this clone's own stack (pid ${owner.pid})`);
  return fail(
    name,
    `taken by pid ${owner.pid}: ${owner.command.slice(0, 80)}`,
    `kill ${owner.pid}, or use other ports: ${elsewhere}`,
  );
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/**
 * @param {number} port listening on this machine
 * @returns {Promise<Owner | null>} null when it can't be seen, as with another user's process
 */
export async function findOwner(port) {
  if (process.platform !== 'linux') return askLsof(port);
  const sockets = listeningSockets(port);
  const pid = listFolder('/proc').find((name) => /^\d+$/.test(name) && holdsSocket(name, sockets));
  if (pid === undefined) return null;
  return { pid: Number(pid), command: commandOf(pid), folder: linkOf(`/proc/${pid}/cwd`) };
}

/** @param {number} port @returns {Set<string>} as /proc/<pid>/fd links name them */
function listeningSockets(port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readProc(file).trim().split('\n').slice(1));
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`) && fields[3] === '0A');
  return new Set(found.map((fields) => `socket:[${fields[9]}]`));
}

/** @param {string} pid @param {Set<string>} sockets */
function holdsSocket(pid, sockets) {
  return listFolder(`/proc/${pid}/fd`).some((descriptor) => sockets.has(linkOf(`/proc/${pid}/fd/${descriptor}`)));
}

/** @param {string} pid */
function commandOf(pid) {
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** @param {string} link @returns {string} empty when the process is gone or not ours */
function linkOf(link) {
  try {
    return readlinkSync(link);
  } catch {
    // Processes come and go while /proc is read, and other users' are closed to us.
    return '';
  }
}

/** @param {string} file @returns {string} empty when it is gone */
function readProc(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // As above; and machines without IPv6 have no tcp6.
    return '';
  }
}

/** @param {number} port @returns {Promise<Owner | null>} */
async function askLsof(port) {
  const answer = await run('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { timeoutMs: 5_000 });
  const pid = /^p(\d+)$/m.exec(answer.stdout)?.[1];
  if (pid === undefined) return null;
  const command = (await run('ps', ['-o', 'command=', '-p', pid], { timeoutMs: 5_000 })).stdout.trim();
  return { pid: Number(pid), command, folder: '' };
}
