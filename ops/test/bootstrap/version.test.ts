import { describe, expect, it } from '@jest/globals';
import { compareVersions, isAtLeast, parseVersion } from '../../bootstrap/version.mjs';

describe('parseVersion', () => {
  it.each([
    ['v3.259.0', '3.259.0'],
    ['3.259.0\n', '3.259.0'],
    ['v3.260.0-dev.1', '3.260.0'],
    ['postgres (PostgreSQL) 18.4', '18.4'],
    ['postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)', '15.18'],
    ['postgres (PostgreSQL) 17beta1', '17'],
    ['Redis server v=6.2.14 sha=00000000:0 malloc=libc bits=64 build=f5cd6b30d5cb2d', '6.2.14'],
    ['k6 v1.8.1 (go1.26.8, linux/amd64)', '1.8.1'],
    ['k6 v1.0.0 (commit/41b4984b75, go1.24.2, linux/amd64)', '1.0.0'],
    ['go version go1.26.8 linux/amd64', '1.26.8'],
    ['v24.21.0', '24.21.0'],
  ])('reads %j as %s', (printed, version) => {
    expect(parseVersion(printed)).toBe(version);
  });

  it.each([[''], ['command not found'], ['no version']])('finds none in %j', (printed) => {
    expect(parseVersion(printed)).toBeNull();
  });
});

describe('compareVersions', () => {
  it('orders by number, not by letter', () => {
    expect(['3.100.0', '3.9.0', '3.10', '18.4'].sort(compareVersions)).toEqual(['3.9.0', '3.10', '3.100.0', '18.4']);
  });

  it('counts missing parts as zero', () => {
    expect(compareVersions('6.2', '6.2.0')).toBe(0);
    expect(isAtLeast('16.1', '16')).toBe(true);
    expect(isAtLeast('15.18', '16')).toBe(false);
    expect(isAtLeast(null, '0')).toBe(false);
  });
});
