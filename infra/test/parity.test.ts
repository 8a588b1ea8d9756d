import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parity, type TargetName } from '@keelson/catalogue/parity';
import { repositoryFolder } from '../src/targets/local/folders.ts';

/** Options of which a target's column says that it makes something. */
function told(target: TargetName): string[] {
  const read = Object.entries(parity).filter(([, readings]) => typeof readings[target] === 'string');
  return read.map(([option]) => option).sort();
}

describe('the table of options and targets', () => {
  let reads: Readonly<Record<string, readonly string[]>>;
  beforeAll(async () => {
    // In a process of its own: the options are replaced by ones that tell when they are read.
    const script = join(repositoryFolder, 'infra', 'test', 'fixtures', 'catalogue-reads.ts');
    const options = { cwd: join(repositoryFolder, 'infra', 'src'), env: { ...process.env, NODE_OPTIONS: '' } };
    const { stdout } = await promisify(execFile)(process.execPath, [script], options);
    reads = JSON.parse(stdout) as typeof reads;
  }, 120_000);

  it.each(['local', 'railway'] as const)(
    'says of %s what it reads when it plans its services, and nothing else',
    (target) => {
      expect(told(target)).toEqual(reads[target]);
    },
  );
});
