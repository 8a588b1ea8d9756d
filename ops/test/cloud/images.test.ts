import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildImage, pushImage } from '../../src/cloud/images.ts';
import type { Context } from '../../src/framework/context.ts';
import { recordingContext } from '../fixture/context.ts';

const DIGEST = `sha256:${'c'.repeat(64)}`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelson-images-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A machine whose only tool notes its words, one line per call, and then does what `script` says. */
function machineWith(tool: string, script: string): Context {
  const noted = `printf '%s\\n' "$*" >> '${join(folder, 'words')}'`;
  writeFileSync(join(folder, tool), `#!/bin/sh\n${noted}\n${script}\n`, { mode: 0o755 });
  return recordingContext(folder, { environment: { PATH: folder } });
}

const words = (): string[] => readFileSync(join(folder, 'words'), 'utf8').trim().split('\n');

describe('an image', () => {
  it('is built from this clone', async () => {
    expect(await buildImage(machineWith('docker', 'exit 0'), 'keelson:dev')).toBe('keelson:dev');
    expect(words()).toEqual(['build --platform linux/amd64 --tag keelson:dev .']);
  });

  it('is pushed by docker under its name, and known by the digest that docker prints', async () => {
    const context = machineWith('docker', `echo "1.0: digest: ${DIGEST} size: 7"`);
    expect(await pushImage(context, 'keelson:dev', 'ghcr.io/acme/keelson:1.0')).toBe(`ghcr.io/acme/keelson@${DIGEST}`);
    expect(words()).toEqual(['tag keelson:dev ghcr.io/acme/keelson:1.0', 'push ghcr.io/acme/keelson:1.0']);
  });

  it('is known by the file that podman writes the digest into', async () => {
    const context = machineWith('podman', `if [ "$1" = push ]; then echo "${DIGEST}" > "$3"; fi`);
    expect(await pushImage(context, 'keelson:dev', 'ghcr.io/acme/keelson')).toBe(`ghcr.io/acme/keelson@${DIGEST}`);
    expect(words()[1]).toMatch(/^push --digestfile \S+ ghcr\.io\/acme\/keelson$/);
  });

  it('is not pushed anywhere without a registry in its name', async () => {
    const context = machineWith('docker', 'exit 0');
    await expect(pushImage(context, 'keelson:dev', 'keelson')).rejects.toThrow('is no name of an image in a registry');
    expect(() => words()).toThrow('ENOENT');
  });

  it.each([
    ['denied: requested access to the resource is denied', 'docker login <registry>'],
    ['no space left on device', 'docker info tells whether it works'],
  ])('that fails with "%s" names the fix', async (said, fix) => {
    const context = machineWith('docker', `if [ "$1" = push ]; then echo "${said}" >&2; exit 1; fi`);
    const failure = expect.objectContaining({ message: `docker push failed (exit code 1):\n${said}`, fix });
    await expect(pushImage(context, 'keelson:dev', 'ghcr.io/acme/keelson')).rejects.toEqual(failure);
  });
});
