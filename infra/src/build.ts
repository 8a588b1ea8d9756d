import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { transformFile } from '@swc/core';
import { services, type ServiceSpec } from '@keelson/catalogue';
import { isBuilt, stampFile } from './targets/local/built.ts';
import { serviceHash } from './targets/local/content-hash.ts';
import { repositoryFolder } from './targets/local/folders.ts';

/**
 * Compiles the services into dist/services/<name>: their decorators are the one thing that Node can't run as it is.
 * A service whose content has the hash that its folder in dist/ was stamped with is left alone.
 */

/** What happened to each service, by name. */
export type BuildReport = Readonly<Record<string, 'built' | 'unchanged' | 'no source'>>;

async function compileFile(repository: string, from: string, to: string): Promise<void> {
  const configFile = join(repository, '.swcrc');
  const { code, map } = await transformFile(from, { configFile, sourceFileName: relative(dirname(to), from) });
  if (map) writeFileSync(`${to}.map`, map);
  writeFileSync(to, `${code}\n//# sourceMappingURL=${basename(to)}.map\n`);
}

/** Compiles src/ to where the entry file is expected, and copies what a service serves as it is (public/) beside it. */
async function compile(repository: string, { name, source, entry }: ServiceSpec, hash: string): Promise<void> {
  const from = join(repository, source, 'src');
  const to = join(repository, dirname(entry));
  rmSync(dirname(stampFile(repository, name)), { recursive: true, force: true });
  for (const file of readdirSync(from, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    const target = join(to, relative(from, path));
    if (!file.isFile()) continue;
    mkdirSync(dirname(target), { recursive: true });
    if (file.name.endsWith('.ts')) await compileFile(repository, path, target.replace(/\.ts$/, '.js'));
    else copyFileSync(path, target);
  }
  const open = join(repository, source, 'public');
  if (existsSync(open)) cpSync(open, join(dirname(to), 'public'), { recursive: true });
  writeFileSync(stampFile(repository, name), hash);
}

/** Builds what changed. Throws with swc's message and the file when a source doesn't compile. */
export async function buildServices(repository = repositoryFolder): Promise<BuildReport> {
  const report = await Promise.all(
    services.map(async (spec): Promise<[string, BuildReport[string]]> => {
      const { name, source } = spec;
      if (!existsSync(join(repository, source, 'src', 'main.ts'))) return [name, 'no source'];
      if (isBuilt(repository, spec)) return [name, 'unchanged'];
      await compile(repository, spec, serviceHash(repository, source));
      return [name, 'built'];
    }),
  );
  return Object.fromEntries(report);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  process.stdout.write(`${JSON.stringify(await buildServices())}\n`);
}
