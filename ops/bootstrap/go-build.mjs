import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './failure.mjs';
import { findOnPath } from './files.mjs';

const modules = join(dirname(fileURLToPath(import.meta.url)), 'toolchain');

/**
 * The module files that pin a tool's sources: part of its cache key.
 *
 * @param {string} tool @returns {Promise<string[]>}
 */
export function moduleFiles(tool) {
  return Promise.all(['go.mod', 'go.sum'].map((file) => readFile(join(modules, tool, file), 'utf8')));
}

/**
 * Compiles a Go tool from the module proxy. Versions and checksums are those of the committed go.mod and go.sum, which
 * the build may not change; so a source that differs ends the build.
 *
 * @param {import('./context.mjs').Context} context @param {import('./steps.mjs').Step} step
 * @param {{ tool: string, goPackage: string, linkerFlags: string, version: string }} pin
 * @param {string} output the executable
 */
export async function goBuild(context, step, pin, output) {
  const go = findGo(context);
  if (go === null) {
    throw new SetupError(
      `${pin.tool} must be compiled, because no official release is reachable, and Go is not installed`,
      `install Go 1.25 or newer (for example: apt-get install golang, brew install go), put its bin folder on PATH, or put ${pin.tool} itself there`,
    );
  }
  const scratch = `${dirname(output)}-module`;
  await mkdir(scratch, { recursive: true });
  for (const file of ['go.mod', 'go.sum']) await copyFile(join(modules, pin.tool, file), join(scratch, file));
  const flags = pin.linkerFlags.replaceAll('{version}', pin.version);
  step.say(`compiling ${pin.tool} ${pin.version} from source`);
  await step.command(go, ['build', '-v', '-ldflags', flags, '-o', output, pin.goPackage], {
    cwd: scratch,
    env: { ...context.env, GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' },
    fix: 'check that the Go module proxy is reachable (go env GOPROXY) and that the disk is not full, then run this again',
  });
  await rm(scratch, { recursive: true });
}

/** @param {import('./context.mjs').Context} context @returns {string | null} */
export function findGo(context) {
  return findOnPath(context, 'go')[0] ?? null;
}
