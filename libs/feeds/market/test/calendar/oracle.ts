import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;
const requirements = join(here, 'oracle-requirements.txt');
const cache = resolve(here, '../../../../../.keelson/cache');

/** Day, open and close of one session. */
export type OracleSession = readonly [day: string, opensAt: string, closesAt: string];
export type Oracle = Readonly<Record<'XNYS' | 'CMES' | 'XCBF' | '24/7', readonly OracleSession[]>>;

/**
 * The sessions as the Python package exchange_calendars has them. Installs it beside the other tools when it is not
 * there; answers the reason in words when that is not possible on this machine.
 */
export async function askOracle(): Promise<Oracle | string> {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(cache, `exchange-calendars-${digest}`);
  const refusal = existsSync(folder) ? undefined : await install(folder);
  if (refusal !== undefined) return refusal;
  const { stdout } = await run('python3', [join(here, 'oracle.py')], {
    env: { ...process.env, PYTHONPATH: folder },
    maxBuffer: 16 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Oracle;
}

/** Installs into a folder beside it and renames, so that the folder is whole or absent. */
async function install(folder: string): Promise<string | undefined> {
  mkdirSync(cache, { recursive: true });
  const making = mkdtempSync(`${folder}-`);
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', making, '--requirement', requirements]);
    if (!existsSync(folder)) renameSync(making, folder);
    return undefined;
  } catch (error) {
    return `exchange_calendars could not be installed: ${(error as Error).message.trim().split('\n').at(-1)}`;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}
