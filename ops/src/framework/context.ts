import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { foldersOf, type StackFolders } from '../stack/folders.ts';
import { createUi, type Ui } from './ui.ts';

/** What every command gets. Nothing else reads process.env or process.argv. */
export interface Context {
  readonly repository: string;
  readonly stack: string;
  readonly folders: StackFolders;
  readonly environment: NodeJS.ProcessEnv;
  readonly json: boolean;
  readonly yes: boolean;
  /** Aborted on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** Who gives the command, for audit records. */
  readonly actor: string;
  readonly ui: Ui;
  /** Prints one result of a command that prints as it goes; checked against its schema. */
  emit(record: unknown): void;
}

export interface ContextOptions {
  readonly stack: string;
  readonly json: boolean;
  readonly yes: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly emit: (record: unknown) => void;
}

/** The clone this file is part of. */
export const repositoryFolder = resolve(dirname(import.meta.filename), '..', '..', '..');

export function createContext(options: ContextOptions): Context {
  const { environment, json, yes, signal, stack, emit } = options;
  const state = resolve(environment['KEELSON_STATE_DIR'] ?? join(repositoryFolder, '.keelson'));
  return {
    repository: repositoryFolder,
    stack,
    folders: foldersOf(state, stack),
    environment,
    json,
    yes,
    signal,
    actor: `${userInfo().username} (keelson)`,
    ui: createUi({ environment, assumeYes: yes, input: process.stdin, output: process.stderr }),
    emit,
  };
}
