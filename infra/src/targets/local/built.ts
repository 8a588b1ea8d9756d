import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceSpec } from '@keelson/catalogue';
import { serviceHash } from './content-hash.ts';

/** The file in which a build leaves the hash of what it compiled. */
export function stampFile(repository: string, service: string): string {
  return join(repository, 'dist', 'services', service, '.content-hash');
}

/** Whether dist/ holds what the source says. */
export function isBuilt(repository: string, service: string, hash: string): boolean {
  const stamp = stampFile(repository, service);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/** Refuses to start services from a dist/ that is older than their source. */
export function requireBuilt(repository: string, services: readonly ServiceSpec[]): void {
  const stale = services.filter(({ name, source }) => !isBuilt(repository, name, serviceHash(repository, source)));
  if (stale.length === 0) return;
  const names = stale.map(({ name }) => name).join(', ');
  throw new Error(`not built, or changed since: ${names}. Run \`node infra/src/build.ts\` first; \`npm start\` does.`);
}
