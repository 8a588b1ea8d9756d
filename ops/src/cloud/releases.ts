import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';
import type { Context } from '../framework/context.ts';

const release = z.strictObject({
  /** `registry/name@sha256:<digest>`. */
  image: z.string(),
  /** Commit of the program that brought it up. */
  commit: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
  kind: z.enum(['up', 'rollback']),
});
export type Release = z.output<typeof release>;
const releases = z.array(release);

/** What ran in an environment, oldest first: infra/releases/<environment>.json, or beside the state where that is elsewhere. */
export function releasesFile(context: Context, environment: string): string {
  const moved = context.environment['KEELSON_STATE_DIR'] !== undefined;
  const folder = moved ? join(context.folders.state, 'releases') : join(context.repository, 'infra', 'releases');
  return join(folder, `${environment}.json`);
}

/** The releases of an environment; none when it was never brought up from here. Throws a Failure for another form. */
export function readReleases(file: string): readonly Release[] {
  if (!existsSync(file)) return [];
  const parsed = releases.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Failure(`${file} is no list of releases: ${parsed.error.issues[0]?.message ?? ''}`, {
    code: exitCode.usage,
    fix: 'restore it from git: git log -p -- infra/releases',
  });
}

/** Adds a release, unless the last one was of the same image. Whole or not at all. */
export function addRelease(file: string, next: Release): void {
  const before = readReleases(file);
  if (before.at(-1)?.image === next.image) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify([...before, release.parse(next)], null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The image that a roll-back goes to: the named digest of a known release, or the newest one that does not run now. */
export function imageBefore(known: readonly Release[], running: string, to: string | undefined): string {
  const images = known.map(({ image }) => image);
  if (to !== undefined) {
    const digest = to.slice(to.indexOf('sha256:'));
    const found = images.findLast((image) => image.endsWith(`@${digest}`));
    if (found !== undefined) return found;
    throw new Failure(`No release of this environment had the digest ${to}`, {
      code: exitCode.usage,
      fix: `choose one of ${[...new Set(images.map((image) => image.split('@')[1]))].join(', ') || 'none yet'}`,
    });
  }
  const previous = images.findLast((image) => image !== running);
  if (previous !== undefined) return previous;
  throw new Failure('There is no release before this one', {
    fix: 'name a digest that this environment had with --to, or set keelson:image and run keelson up',
  });
}
