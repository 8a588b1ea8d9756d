import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps: what happens within this time is one save. */
const SETTLE_MS = 60;

/**
 * Watches folders and reports files whose content changed, in batches. A save that changes nothing, and the first sight
 * of a file that is older than the watcher, are no change.
 */
export function watchFiles(
  folders: readonly string[],
  signal: AbortSignal,
  onChange: (files: readonly string[]) => void,
): void {
  const hashes = new Map<string, string>();
  const startedAt = Date.now();
  const pending = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    const changed = [...pending].filter((file) => hasChanged(file, hashes, startedAt));
    pending.clear();
    if (changed.length > 0) onChange(changed);
  };
  for (const folder of folders) {
    watch(folder, { recursive: true, signal }, (_event, name) => {
      if (name === null || !/\.(ts|html|css|js|svg|json)$/.test(name) || name.includes('node_modules')) return;
      pending.add(join(folder, name));
      clearTimeout(timer);
      timer = setTimeout(flush, SETTLE_MS);
    });
  }
}

function hasChanged(file: string, hashes: Map<string, string>, startedAt: number): boolean {
  const stats = existsSync(file) ? statSync(file) : undefined;
  if (stats && !stats.isFile()) return false;
  const hash = stats ? createHash('sha256').update(readFileSync(file)).digest('hex') : 'gone';
  const before = hashes.get(file);
  hashes.set(file, hash);
  return before === undefined ? !stats || stats.mtimeMs >= startedAt - 1_000 : before !== hash;
}
