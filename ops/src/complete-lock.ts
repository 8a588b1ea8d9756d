import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { completeLock, missingEntries, type LockFile } from './checks/lock-file.ts';

/** `node ops/src/complete-lock.ts`: adds the optional packages of other platforms that an install left out of the lock file. */
const file = path.resolve(import.meta.dirname, '../../package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
const added = Object.keys(missingEntries(lock));
if (added.length > 0) writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`);
process.stdout.write(`package-lock.json: ${added.length} entries added\n`);
