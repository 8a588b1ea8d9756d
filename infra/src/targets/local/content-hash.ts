import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const IGNORED = new Set(['node_modules', 'dist', 'test', 'coverage', '.keelson']);

function filesBelow(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  if (stats.isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !IGNORED.has(entry.name) && !entry.name.startsWith('.') && !entry.name.endsWith('.md'))
    .flatMap((entry) => filesBelow(join(path, entry.name)));
}

/** Hash of the names and contents of all files below some paths of the repository; tests and pages don't count. */
export function contentHash(repository: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  const files = paths.flatMap((path) => filesBelow(join(repository, path)));
  for (const file of [...new Set(files)].sort()) {
    hash.update(`${relative(repository, file)}\0`);
    hash.update(createHash('sha256').update(readFileSync(file)).digest());
  }
  return hash.digest('hex').slice(0, 24);
}

/** Folder of each library by its package name. */
function libraryFolders(repository: string): Map<string, string> {
  const groups = readdirSync(join(repository, 'libs')).map((group) => join('libs', group));
  const folders = groups.flatMap((group) => readdirSync(join(repository, group)).map((name) => join(group, name)));
  return new Map(folders.map((folder) => [`@keelson/${folder.split('/').at(-1)}`, folder]));
}

function importedPackages(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/from '(@keelson\/[a-z-]+)/g)].map(([, name]) => name as string);
}

/** Folders of the libraries that some source imports, and those that these import. */
function librariesOf(repository: string, source: string): string[] {
  const folders = libraryFolders(repository);
  const found = new Set<string>();
  let open = [source];
  while (open.length > 0) {
    const names = open.flatMap((folder) => filesBelow(join(repository, folder)).flatMap(importedPackages));
    open = [...new Set(names.flatMap((name) => folders.get(name) ?? []))].filter((folder) => !found.has(folder));
    for (const folder of open) found.add(folder);
  }
  return [...found];
}

/** What a service runs: its own source, the libraries that it reaches, and the versions of everything else. */
export function serviceHash(repository: string, source: string): string {
  return contentHash(repository, [source, ...librariesOf(repository, source), 'package-lock.json', '.swcrc']);
}
