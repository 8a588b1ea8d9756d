import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '../src/targets/local/folders.ts';

/**
 * The vendors' own API schemas, by which emulators check every request and every answer. They are not part of this
 * repository; docs/rehearsal.md says where each is published. `KEELSON_VENDOR_SCHEMAS` names their folder, else
 * `shared/schemas` beside the checkout is looked at. Undefined where a file is absent: then nothing is checked, and that
 * is said.
 */
export function vendorSchema(file: string): string | undefined {
  const folder = process.env['KEELSON_VENDOR_SCHEMAS'] ?? join(repositoryFolder, '..', 'shared', 'schemas');
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
