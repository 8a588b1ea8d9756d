import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { RemovalResult } from '../rehearsal/torture/removal.ts';
import { repositoryFolder } from '../src/targets/local/folders.ts';

/** In a process of its own: the program's packages load in a second there, and the SDK's mocks are the whole process's. */
async function torture(...words: string[]): Promise<RemovalResult> {
  const script = join(repositoryFolder, 'infra', 'rehearsal', 'torture', 'removal.ts');
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--json', ...words], options);
  return JSON.parse(stdout) as RemovalResult;
}

describe('a resource that is deleted from the program', () => {
  it('is missed by somebody, for a sample of all environments in which everybody can do what they do', async () => {
    const { resources, verdicts } = await torture('--sample', '6', '--seed', '20261121');
    expect(resources).toBeGreaterThan(200);
    expect(verdicts).toHaveLength(6);
    expect(verdicts.filter(({ broken }) => broken.length === 0)).toEqual([]);
  }, 120_000);
});
