import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { transformFile } from '@swc/core';
import { services } from '@keelson/catalogue';
import { isBuilt, stampFile } from './targets/local/built.ts';
import { serviceHash } from './targets/local/content-hash.ts';
import { repositoryFolder } from './targets/local/folders.ts';

/**
 * Compiles the services into dist/services/<name>: their decorators are the one thing that Node can't run as it is.
 * A service whose content has the hash that its folder in dist/ was stamped with is left alone.
 */

/** What happened to each service, by name. */
export type BuildReport = Readonly<Record<string, 'built' | 'unchanged' | 'no source'>>;

async function compile(repository: string, source: string, service: string, hash: string): Promise<void> {
  const from = join(repository, source, 'src');
  const to = join(repository, 'dist', 'services', service);
  rmSync(to, { recursive: true, force: true });
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' });
  for (const file of files) {
    const target = join(to, file.replace(/\.ts$/, '.js'));
    if (file.endsWith('.ts')) {
      const options = {
        configFile: join(repository, '.swcrc'),
        sourceFileName: relative(dirname(target), join(from, file)),
      };
      const { code, map } = await transformFile(join(from, file), options);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(`${target}.map`, map ?? '{}');
      writeFileSync(target, `${code}\n//# sourceMappingURL=${file.split('/').at(-1)?.replace(/\.ts$/, '.js.map')}\n`);
    } else if (/\.(html|css|js|svg|json)$/.test(file)) {
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, readFileSync(join(from, file)));
    }
  }
  writeFileSync(stampFile(repository, service), hash);
}

/** Builds what changed. Throws with swc's message and the file when a source doesn't compile. */
export async function buildServices(repository = repositoryFolder): Promise<BuildReport> {
  const report = await Promise.all(
    services.map(async ({ name, source }): Promise<[string, BuildReport[string]]> => {
      if (!existsSync(join(repository, source, 'src', 'main.ts'))) return [name, 'no source'];
      const hash = serviceHash(repository, source);
      if (isBuilt(repository, name, hash)) return [name, 'unchanged'];
      await compile(repository, source, name, hash);
      return [name, 'built'];
    }),
  );
  return Object.fromEntries(report);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  process.stdout.write(`${JSON.stringify(await buildServices())}\n`);
}
