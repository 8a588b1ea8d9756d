import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { benchNames } from './harness/names.ts';

/**
 * `node load-tests/bench/all.ts [options of each]`: every benchmark, one after the other, then the page. Goes on after a
 * miss; the exit code is the worst of all.
 */
function runFile(file: string, words: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, file), ...words], { stdio: 'inherit' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

const codes: number[] = [];
for (const name of benchNames) codes.push(await runFile(`${name}.ts`, process.argv.slice(2)));
codes.push(await runFile('report.ts', []));
process.exitCode = Math.max(...codes);
