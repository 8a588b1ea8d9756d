/** What is read and written of package-lock.json (lock file version 3). */
export interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockFile {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const systems = ['darwin', 'linux', 'win32', 'freebsd', 'android', 'openharmony'];
const processors = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32'];

/** True when a package at `from` finds `name` in its own node_modules or one above it. */
function resolves(lock: LockFile, from: string, name: string): boolean {
  if (lock.packages[`${from === '' ? '' : `${from}/`}node_modules/${name}`]) return true;
  if (from === '') return false;
  const cut = from.lastIndexOf('/node_modules/');
  return resolves(lock, cut === -1 ? '' : from.slice(0, cut), name);
}

/** The platform that a package of native code names in its own name: `…-linux-arm64-gnu`. */
function platformIn(name: string): Pick<LockEntry, 'os' | 'cpu'> {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = systems.filter((system) => words.includes(system));
  const cpu = processors.filter((processor) => words.includes(processor));
  return { ...(cpu.length > 0 && { cpu }), ...(os.length > 0 && { os }) };
}

/**
 * Optional packages that others ask for and the lock file does not have, as entries by their place. npm leaves out those
 * of other platforms when a registry does not serve them, and `npm ci` then refuses the file everywhere. The entries name
 * version and platform, which is what `npm ci` compares; npm adds the integrity where it can fetch them.
 */
export function missingEntries(lock: LockFile): Readonly<Record<string, LockEntry>> {
  const missing: Record<string, LockEntry> = {};
  for (const [place, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(lock, place, name)) continue;
      missing[`node_modules/${name}`] = {
        version: range.replace(/^[\^~>=v ]+/, ''),
        ...(entry.dev && { dev: true }),
        optional: true,
        ...platformIn(name),
      };
    }
  }
  return missing;
}

/** The lock file with its missing entries, in npm's order. */
export function completeLock<File extends LockFile>(lock: File): File {
  const packages = Object.entries({ ...lock.packages, ...missingEntries(lock) });
  return { ...lock, packages: Object.fromEntries(packages.sort(([a], [b]) => a.localeCompare(b, 'en'))) };
}
