import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import type { StackFolders } from '../folders.ts';
import { identityOf } from '../identity.ts';
import type { ProcessStatus } from '../process-spec.ts';
import type { Remembered } from './supervised.ts';

/** Replaces a file in one step, so that a reader never sees half of it. */
function replaceFile(file: string, content: string, mode: number): void {
  writeFileSync(`${file}.new`, content, { mode });
  renameSync(`${file}.new`, file);
}

/** Writes what the next supervisor goes on with. Holds the environment of the processes: readable by the owner only. */
export function writeJournal(folders: StackFolders, processes: readonly Remembered[]): void {
  replaceFile(folders.journalFile, JSON.stringify({ processes }), 0o600);
}

/** What an earlier supervisor left; nothing when there was none. */
export function readJournal(folders: StackFolders): Remembered[] {
  if (!statSync(folders.journalFile, { throwIfNoEntry: false })) return [];
  return (JSON.parse(readFileSync(folders.journalFile, 'utf8')) as { processes: Remembered[] }).processes;
}

/** Writes what everybody may know: names, states, process ids and addresses. */
export function writeStatus(folders: StackFolders, services: readonly ProcessStatus[]): void {
  const supervisor = identityOf(process.pid);
  const visible = services.map(({ specHash: _hash, incarnation: _incarnation, ...rest }) => rest);
  const status = { stack: folders.stack, supervisor, socket: folders.socket, services: visible };
  replaceFile(folders.statusFile, `${JSON.stringify(status, null, 2)}\n`, 0o644);
}
