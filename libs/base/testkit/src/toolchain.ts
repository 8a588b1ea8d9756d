import { readFileSync } from 'node:fs';

/** The parts of .keelson/toolchain.json that tests start servers with; written by the set-up. */
export interface Toolchain {
  readonly postgres: { readonly binDir?: string; readonly runAsRootPrefix?: readonly string[] };
  readonly redis: { readonly server?: string };
}

const FILE = new URL('../../../../.keelson/toolchain.json', import.meta.url);

/** Reads where the tools are; says how to get them when they are not there. */
export function readToolchain(): Toolchain {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as Toolchain;
  } catch (error) {
    throw new Error('No toolchain yet: run "npm test", or "node ops/bootstrap/main.mjs ensure postgres redis"', {
      cause: error,
    });
  }
}
