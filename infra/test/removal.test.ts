import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { decisions } from '../rehearsal/fields/page.ts';
import type { Sent } from '../rehearsal/fields/sent.ts';
import type { RemovalResult } from '../rehearsal/torture/removal.ts';
import { repositoryFolder } from '../src/targets/local/folders.ts';

/** In a process of its own: the program's packages load in a second there, and the SDK's mocks are the whole process's. */
async function torture(...words: string[]): Promise<RemovalResult> {
  const script = join(repositoryFolder, 'infra', 'rehearsal', 'torture', 'removal.ts');
  const options = { env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 1e8 };
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--json', ...words], options);
  return JSON.parse(stdout) as RemovalResult;
}

/** Fields that were sent and that the vendor's page calls unmanaged, or does not know. */
function unmanagedAmong(sent: Sent): string[] {
  return decisions.flatMap(({ vendor, types }) =>
    Object.entries(sent[vendor]).flatMap(([type, fields]) => {
      const managed = types[type]?.managed ?? {};
      return fields
        .filter((field) => !('*' in managed || field in managed))
        .map((field) => `${vendor} ${type}.${field}`);
    }),
  );
}

describe('a resource that is deleted from the program', () => {
  it('is missed by somebody, for a sample of all environments in which everybody can do what they do', async () => {
    const { resources, verdicts, sent } = await torture('--sample', '6', '--seed', '20261121');
    expect(resources).toBeGreaterThan(200);
    expect(verdicts).toHaveLength(6);
    expect(verdicts.filter(({ broken }) => broken.length === 0)).toEqual([]);
    // What the providers really send, in all that an environment does, is what docs/vendor-fields.md calls managed.
    expect(sent.flatMap(unmanagedAmong)).toEqual([]);
    expect(sent.flatMap(({ railway }) => railway['ServiceInstanceUpdateInput'] ?? [])).toContain('multiRegionConfig');
  }, 120_000);
});
