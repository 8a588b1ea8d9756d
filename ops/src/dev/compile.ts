import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { serviceNamed } from '@keelson/catalogue';

/** Where a source of a service lands, as the build lays it out. */
export function targetOf(repository: string, service: string, file: string): string {
  const { source, entry } = serviceNamed(service);
  // src/ and public/ keep their names beside each other: dist/services/api/src/main.js, dist/services/api/public/….
  const inside = relative(join(repository, source), file);
  return join(repository, dirname(dirname(entry)), inside.replace(/\.ts$/, '.js'));
}

/**
 * Compiles one file of a service into dist/, or copies it, or removes what came from it when it is gone. Throws with
 * swc's message, which shows the place; the last good output stays.
 */
export async function compileFile(repository: string, service: string, file: string): Promise<void> {
  const target = targetOf(repository, service, file);
  if (!existsSync(file)) {
    rmSync(target, { force: true });
    return;
  }
  mkdirSync(dirname(target), { recursive: true });
  if (!file.endsWith('.ts')) {
    writeFileSync(target, readFileSync(file));
    return;
  }
  const { transformFile } = await import('@swc/core');
  const { code, map } = await transformFile(file, {
    configFile: join(repository, '.swcrc'),
    sourceFileName: relative(dirname(target), file),
  });
  if (map) writeFileSync(`${target}.map`, map);
  writeFileSync(target, `${code}\n//# sourceMappingURL=${basename(target)}.map\n`);
}

/** Libraries run from source: finds out whether a file can be read at all before any service is stopped for it. */
export async function checkLibraryFile(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const { parse } = await import('@swc/core');
  await parse(readFileSync(file, 'utf8'), { syntax: 'typescript', target: 'es2023' });
}
