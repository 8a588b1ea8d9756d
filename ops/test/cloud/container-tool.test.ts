import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildWords, containerTool, digestOf, repositoryOf } from '../../src/cloud/container-tool.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the tool that builds images', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-tools-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const place = (name: string, tool: string, mode: number): string => {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, tool), '#!/bin/sh\n', { mode });
    return place;
  };

  it('is the preferred one of those that are on the path, wherever they stand there', () => {
    const [first, second] = [place('first', 'podman', 0o755), place('second', 'docker', 0o755)];
    expect(containerTool({ PATH: [first, second].join(delimiter) })).toBe('docker');
    expect(containerTool({ PATH: first })).toBe('podman');
  });

  it('is missed with the fix: none there, no path, or a file that nobody may run', () => {
    const fix = 'install Docker, Podman or Buildah; or let the workflow in .github/ build the image';
    const environments = [{}, { PATH: '' }, { PATH: place('third', 'docker', 0o644) }];
    // Root may read a file without the right, but run none that nobody may run.
    for (const environment of environments) {
      expect(() => containerTool(environment)).toThrow(expect.objectContaining({ fix, code: 2 }));
    }
  });

  it.each([
    ['docker', ['build', '--platform', 'linux/amd64', '--tag', 'keelson:1', '.']],
    ['buildah', ['bud', '--platform', 'linux/amd64', '--tag', 'keelson:1', '.']],
  ] as const)('builds for the machines of a cloud: %s', (tool, words) => {
    expect(buildWords(tool, 'keelson:1')).toEqual(words);
  });
});

describe('the digest of a push', () => {
  it.each([
    ['what docker prints', `latest: digest: ${DIGEST} size: 1234\n`],
    ['the file of podman', `${DIGEST}\n`],
    // Layers are named by digests too: the one of the image counts.
    ['a push with layers', `sha256:${'b'.repeat(64)}: Pushed\n1.0: digest: ${DIGEST} size: 9\n`],
  ])('is read from %s', (_from, told) => expect(digestOf(told)).toBe(DIGEST));

  it('is never made up', () => {
    expect(() => digestOf('latest: pushed')).toThrow('The push told no digest');
    expect(() => digestOf(`digest: sha256:${'a'.repeat(63)}`)).toThrow('The push told no digest');
  });
});

describe('the repository of an image', () => {
  it.each([
    ['ghcr.io/acme/keelson', 'ghcr.io/acme/keelson'],
    ['ghcr.io/acme/keelson:1.2', 'ghcr.io/acme/keelson'],
    ['localhost:5000/keelson:latest', 'localhost:5000/keelson'],
  ])('of %s is %s', (name, repository) => expect(repositoryOf(name)).toBe(repository));

  it.each(['keelson', 'ghcr.io/Acme/keelson', 'ghcr.io/acme/keelson:', `ghcr.io/acme/keelson@${DIGEST}`, ''])(
    'is refused for "%s"',
    (name) => expect(() => repositoryOf(name)).toThrow('is no name of an image in a registry'),
  );
});
