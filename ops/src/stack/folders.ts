import { join } from 'node:path';

/** Where a stack of this clone keeps what it writes; infra fills it, ops reads it. */
export interface StackFolders {
  /** State of the whole clone. */
  readonly state: string;
  readonly toolchainFile: string;
  readonly root: string;
  readonly logs: string;
  readonly venue: string;
  readonly credentialsFile: string;
  readonly statusFile: string;
  /** Audit records that could not be written to Postgres, one JSON object a line. */
  readonly auditFile: string;
}

export function foldersOf(state: string, stack: string): StackFolders {
  const root = join(state, stack);
  return {
    state,
    toolchainFile: join(state, 'toolchain.json'),
    root,
    logs: join(root, 'logs'),
    venue: join(root, 'venue'),
    credentialsFile: join(root, 'credentials.json'),
    statusFile: join(root, 'status.json'),
    auditFile: join(root, 'audit.jsonl'),
  };
}
