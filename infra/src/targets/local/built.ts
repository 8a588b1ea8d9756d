import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceSpec } from '@keelson/catalogue';
import { serviceHash } from './content-hash.ts';

/** The file in which a build leaves the hash of what it compiled. */
export function stampFile(repository: string, service: string): string {
  return join(repository, 'dist', 'services', service, '.content-hash');
}

/** Hash of what dist/ holds of a service; undefined when it was never built, or runs from source. */
export function builtHash(repository: string, { name, entry }: ServiceSpec): string | undefined {
  if (!entry.startsWith('dist/')) return undefined;
  const stamp = stampFile(repository, name);
  return existsSync(stamp) && existsSync(join(repository, entry)) ? readFileSync(stamp, 'utf8') : undefined;
}

/** Whether dist/ holds what the source says. */
export function isBuilt(repository: string, spec: ServiceSpec): boolean {
  return builtHash(repository, spec) === serviceHash(repository, spec.source);
}

/**
 * Refuses to start services from a dist/ that is missing, or older than the source. Right after a build (KEELSON_BUILT,
 * set by engine.ts) older is fine: somebody saved a file since, and the next update has it.
 */
export function requireBuilt(repository: string, services: readonly ServiceSpec[]): void {
  const justBuilt = process.env['KEELSON_BUILT'] === '1';
  const isUsable = (spec: ServiceSpec): boolean =>
    justBuilt ? builtHash(repository, spec) !== undefined : isBuilt(repository, spec);
  const names = services.filter((spec) => !isUsable(spec)).map(({ name }) => name);
  if (names.length === 0) return;
  throw new Error(
    `not built, or changed since: ${names.join(', ')}. Run \`node infra/src/build.ts\` first; \`npm start\` does.`,
  );
}

/** What an instance runs: in a plan what the source says, in an update what was built. */
export function artefactOf(repository: string, spec: ServiceSpec, isPlan: boolean): string {
  const built = isPlan ? undefined : builtHash(repository, spec);
  return built ?? serviceHash(repository, spec.source);
}
