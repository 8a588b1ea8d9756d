import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readChecksum } from '../../bootstrap/release.mjs';
import { EmptyClone } from './clone.ts';

const archiveName = `pulumi-v3.259.0-${process.platform}-${process.arch}.tar.gz`;

let clone: EmptyClone;
let server: Server;
let files: Record<string, Buffer | string>;
let asked: string[];
let mirror: string;

beforeEach(async () => {
  clone = await EmptyClone.create();
  const unpacked = join(dirname(clone.root), 'release', 'pulumi');
  await clone.fake('pulumi', 'echo v3.259.0', unpacked);
  await clone.fake('pulumi-language-nodejs', 'exit 0', unpacked);
  const archive = join(dirname(clone.root), archiveName);
  execFileSync('tar', ['-czf', archive, '-C', dirname(unpacked), 'pulumi']);
  const content = await readFile(archive);
  const checksum = createHash('sha256').update(content).digest('hex');
  files = {
    [`/${archiveName}`]: content,
    '/pulumi-3.259.0-checksums.txt': `${'0'.repeat(64)}  other.tar.gz\n${checksum}  ${archiveName}\n`,
  };
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const file = files[request.url ?? ''];
    response.writeHead(file === undefined ? 404 : 200).end(file ?? 'not found');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await clone.link('/bin/tar', '/bin/gzip');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await clone.remove();
});

const ensure = () => clone.run(['ensure', 'pulumi', '--json'], { KEELSON_PULUMI_RELEASES: mirror });

describe('the official release', () => {
  it('is used when it is reachable, with its own language host, and asked for once', async () => {
    const first = await ensure();
    expect(JSON.parse(first.stdout)).toMatchObject({
      pulumi: { source: 'release', version: '3.259.0' },
      languageHost: 'bundled',
    });
    expect(execFileSync(JSON.parse(first.stdout).pulumi.path, { encoding: 'utf8' })).toBe('v3.259.0\n');
    expect((await ensure()).code).toBe(0);
    expect(asked).toEqual(['/pulumi-3.259.0-checksums.txt', `/${archiveName}`]);
  });

  it('is refused when it has another checksum than published', async () => {
    files['/pulumi-3.259.0-checksums.txt'] = `${'a'.repeat(64)}  ${archiveName}\n`;
    const { code, stderr } = await ensure();
    expect(code).toBe(1);
    expect(stderr).toContain(`but ${'a'.repeat(64)} is published for it`);
  });

  it.each([
    ['is not listed', () => (files['/pulumi-3.259.0-checksums.txt'] = `${'a'.repeat(64)}  other.tar.gz\n`)],
    ['has no checksums', () => delete files['/pulumi-3.259.0-checksums.txt']],
    ['is missing itself', () => delete files[`/${archiveName}`]],
  ])('gives way to a build when it %s', async (_what, spoil) => {
    spoil();
    const { code, stderr } = await ensure();
    expect(code).toBe(1);
    expect(stderr).toContain('Go is not installed');
  });

  it('gives way to a build at once when the host refuses, and within the limit when it keeps silent', async () => {
    const refused = Date.now();
    expect((await clone.run(['ensure', 'pulumi'], { KEELSON_PULUMI_RELEASES: 'http://127.0.0.1:1' })).stderr).toContain(
      'Go is not installed',
    );
    expect(Date.now() - refused).toBeLessThan(2_500);
    server.removeAllListeners('request');
    const silent = Date.now();
    expect((await ensure()).stderr).toContain('Go is not installed');
    expect(Date.now() - silent).toBeLessThan(5_000);
  }, 15_000);
});

describe('readChecksum', () => {
  it('understands both styles of sha256sum, and takes nothing else', () => {
    const sum = 'b'.repeat(64);
    expect(readChecksum(`${sum}  a.tar.gz\n`, 'a.tar.gz')).toBe(sum);
    expect(readChecksum(`${sum} *a.tar.gz\n`, 'a.tar.gz')).toBe(sum);
    expect(readChecksum(`${sum}  ./a.tar.gz\n`, 'a.tar.gz')).toBe(sum);
    expect(readChecksum(`<html>${sum}  a.tar.gz\n`, 'a.tar.gz')).toBeNull();
    expect(readChecksum(`${sum}  a.tar.gz.sig\n`, 'a.tar.gz')).toBeNull();
  });
});
