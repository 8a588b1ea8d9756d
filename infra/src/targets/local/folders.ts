import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';

/** Where a stack keeps what it writes. */
export interface StackFolders {
  readonly stack: string;
  readonly root: string;
  readonly postgres: string;
  readonly redis: string;
  readonly logs: string;
  readonly venue: string;
  readonly credentialsFile: string;
  readonly statusFile: string;
  /** Specs and process ids that a restarted supervisor goes on with; holds secrets, mode 0600. */
  readonly journalFile: string;
  readonly socketFolder: string;
  readonly socket: string;
}

/** The repository's root: four folders above this file. */
export const repositoryFolder = resolve(import.meta.dirname, '..', '..', '..', '..');

/** The ignored folder that holds all state of this checkout; KEELSON_STATE_DIR moves it. */
export function stateFolder(): string {
  return resolve(process.env['KEELSON_STATE_DIR'] ?? join(repositoryFolder, '.keelson'));
}

/**
 * Folders of a stack below its root. A socket's path may have 104 bytes at most (108 on Linux), so it lives in /tmp,
 * in a folder of the user named after the root; not in TMPDIR, which may be another one next time.
 */
export function foldersOf(stack: string, root: string): StackFolders {
  const name = `keelson-${userInfo().uid}-${createHash('sha256').update(root).digest('hex').slice(0, 12)}`;
  const socketFolder = join('/tmp', name);
  return {
    stack,
    root,
    postgres: join(root, 'postgres'),
    redis: join(root, 'redis'),
    logs: join(root, 'logs'),
    venue: join(root, 'venue'),
    credentialsFile: join(root, 'credentials.json'),
    statusFile: join(root, 'status.json'),
    journalFile: join(root, 'supervisor.json'),
    socketFolder,
    socket: join(socketFolder, 'supervisor.sock'),
  };
}
