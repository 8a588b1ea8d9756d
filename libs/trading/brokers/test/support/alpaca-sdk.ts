import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AlpacaEmulator } from '../emulators/alpaca/emulator.ts';

const run = promisify(execFile);
const ORACLE = fileURLToPath(new URL('../emulators/alpaca/oracle/', import.meta.url));
const INSTALL_LIMIT_MS = 240_000;
/** What pip says when the index is out of reach, other than that a pinned version is gone from it. */
const UNREACHABLE = /Retrying \(|NewConnectionError|ConnectTimeoutError|Temporary failure in name resolution/;

export type Sdk = { readonly python: string } | { readonly missing: string };

/**
 * The vendor's SDK in a virtual environment of its own, beside the other tools of the user's cache; made on first use. Says
 * what is missing where there is no Python or no package index; any other failure is thrown.
 */
export async function alpacaSdk(env: NodeJS.ProcessEnv = process.env): Promise<Sdk> {
  const requirements = join(ORACLE, 'requirements.txt');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const cache = env['KEELSON_CACHE_DIR'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'keelson');
  const folder = join(cache, `alpaca-sdk-${digest}`);
  const python = join(folder, 'bin/python');
  if (existsSync(python)) return { python };
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    await run('python3', ['-m', 'venv', draft]);
    const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--requirement'];
    await run(join(draft, 'bin/python'), [...install, requirements], { timeout: INSTALL_LIMIT_MS });
    // Made beside and renamed, so that it is there and whole or not there. Another run may have been faster.
    await rename(draft, folder).catch((error: unknown) => {
      if (!existsSync(python)) throw error;
    });
    return { python };
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return { missing: 'there is no python3' };
    if (UNREACHABLE.test(stderr)) return { missing: 'the Python package index cannot be reached' };
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

export type SeenStep = Readonly<Record<string, unknown>> & { readonly step: string };

/** Runs the oracle against an emulator; `before` is called when it waits, with the step it waits after. */
export async function runOracle(
  python: string,
  emulator: AlpacaEmulator,
  before: (step: string) => Promise<void>,
): Promise<SeenStep[]> {
  const { url, keyId, secretKey } = emulator;
  const child = spawn(python, [join(ORACLE, 'oracle.py'), url, keyId, secretKey]);
  const steps: SeenStep[] = [];
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => void (complaint += chunk.toString('utf8')));
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const seen = JSON.parse(line) as SeenStep;
    steps.push(seen);
    if (seen.step !== 'stream' && seen.step !== 'calm') continue;
    await before(seen.step);
    child.stdin.write('\n');
  }
  const code = await exit;
  if (code !== 0) throw new Error(`The SDK ended with code ${code}:\n${complaint}`);
  return steps;
}
