import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Stages in the order in which they run: the cheaper a finding, the earlier. */
export const stageNames = ['static', 'unit', 'integration', 'infra', 'end-to-end'] as const;
export type StageName = (typeof stageNames)[number];

/** Packages whose presence in a test means real servers or whole services. */
const NEEDS_SERVERS = /from '(@keelson\/testkit|@nestjs\/[^']*|pg|ioredis|bullmq)'|\/process\.test\.ts$/;

/** Test files (…/test/….test.ts) below a folder. */
function testFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.keelson'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFilesIn(path);
    return /\/test\/.*\.test\.ts$/.test(path) ? [path] : [];
  });
}

/**
 * The stage of a test file. Where it stands decides first (infra/, …/end-to-end/), then what it imports: a test that
 * starts real servers says so by importing the testkit, so nobody has to keep a list.
 */
export function stageOf(file: string, text: string): StageName {
  if (/(^|\/)end-to-end\//.test(file)) return 'end-to-end';
  if (file.startsWith('infra/')) return 'infra';
  if (file.startsWith('services/') || NEEDS_SERVERS.test(text) || NEEDS_SERVERS.test(file)) return 'integration';
  return 'unit';
}

/** Test files of the repository by stage, as paths below its root; with a pattern, only those whose path matches. */
export function filesByStage(
  repository: string,
  pattern: RegExp | undefined,
): ReadonlyMap<StageName, readonly string[]> {
  const roots = ['libs', 'services', 'infra', 'ops', 'runbooks', 'load-tests'];
  const files = roots.flatMap((root) => testFilesIn(join(repository, root))).map((path) => relative(repository, path));
  const wanted = files.filter((file) => pattern === undefined || pattern.test(file)).sort();
  const byStage = new Map<StageName, string[]>(stageNames.map((name) => [name, []]));
  for (const file of wanted) byStage.get(stageOf(file, readFileSync(join(repository, file), 'utf8')))?.push(file);
  return byStage;
}
