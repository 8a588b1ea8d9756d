import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { completeLock, missingEntries, type LockFile } from '../../src/checks/lock-file.ts';

const root = path.resolve(import.meta.dirname, '../../..');

const lock: LockFile = {
  packages: {
    '': {},
    'node_modules/tool': {
      version: '1.2.3',
      dev: true,
      optionalDependencies: { '@tool/core-darwin-arm64': '1.2.3', '@tool/core-linux-x64-gnu': '^1.2.0', near: '2.0.0' },
    },
    'node_modules/tool/node_modules/near': { version: '2.0.0' },
    'node_modules/@tool/core-linux-x64-gnu': { version: '1.2.3', optional: true },
  },
};

describe('missingEntries', () => {
  it('finds what another package asks for and nobody has, with the platform in its name', () => {
    expect(missingEntries(lock)).toEqual({
      'node_modules/@tool/core-darwin-arm64': {
        version: '1.2.3',
        dev: true,
        optional: true,
        cpu: ['arm64'],
        os: ['darwin'],
      },
    });
  });

  it('finds nothing more in a completed file', () => {
    const completed = completeLock(lock);
    expect(missingEntries(completed)).toEqual({});
    expect(Object.keys(completed.packages)[1]).toBe('node_modules/@tool/core-darwin-arm64');
  });
});

describe('package-lock.json', () => {
  it('has every optional package; else run: node ops/src/complete-lock.ts', () => {
    const committed = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as LockFile;
    expect(Object.keys(missingEntries(committed))).toEqual([]);
  });
});
