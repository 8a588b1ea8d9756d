import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** A stack's state, where it is files on this machine. Who calls has seen to it that no update of the stack is under way. */
export interface StateFiles {
  /** The folder that PULUMI_BACKEND_URL names; `.pulumi` is in it. */
  readonly folder: string;
  readonly project: string;
  readonly stack: string;
}

/** The file of a stack's state; a stack without it is none. */
export function checkpointOf({ folder, project, stack }: StateFiles): string {
  return join(folder, '.pulumi', 'stacks', project, `${stack}.json`);
}

/** What a file of the engine says; undefined for one that a process or a machine died over: it is empty, or cut off. */
export function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const isWhole = (file: string): boolean => jsonIn(file) !== undefined;

/**
 * Removes files of attributes that cannot be read; `tell` gets a sentence when there were some. An engine without
 * `metadata=skip` writes one beside each file, not in one step, and reads them although nothing in them is of use: a
 * broken one ends every command with "EOF", a missing one is no matter.
 */
export function dropBrokenAttributes(folder: string, tell: (sentence: string) => void): void {
  const root = join(folder, '.pulumi');
  if (!existsSync(root)) return;
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.attrs'));
  const broken = names.map((name) => join(root, name)).filter((file) => !isWhole(file));
  for (const file of broken) rmSync(file, { force: true });
  if (broken.length > 0) {
    tell(`An engine was killed while it wrote: ${broken.length} empty files of attributes (.attrs) were removed.`);
  }
}

/** What the state was at the end of an update: of the newest that can be read; undefined when there is none. */
function newestHistory({ folder, project, stack }: StateFiles): string | undefined {
  const history = join(folder, '.pulumi', 'history', project, stack);
  if (!existsSync(history)) return undefined;
  // Each name has the nanoseconds of its time, all of one length.
  const names = readdirSync(history).filter((name) => name.endsWith('.checkpoint.json'));
  return names
    .sort()
    .map((name) => join(history, name))
    .findLast(isWhole);
}

/**
 * Sees that the state of a stack can be read. Broken, it is copied aside, and the one before it takes its place, which each
 * write leaves there. What that lacks is what an engine that is killed before a write does not note either, and what the
 * next `up` finds by itself. Where only a look was asked for (`mayRestore` false), or nothing as new is there, it throws, with
 * the command that mends it; nothing was changed then.
 */
export function settleCheckpoint(files: StateFiles, mayRestore: boolean, tell: (sentence: string) => void): void {
  const { stack } = files;
  const file = checkpointOf(files);
  if (!existsSync(file) || isWhole(file)) return;
  const before = `${file}.bak`;
  const what = `The state of ${stack} cannot be read: a process or this machine died while it wrote ${file}.`;
  if (!existsSync(before) || !isWhole(before)) throw new Error(`${what}\n${fromHistory(files, file)}`);
  if (!mayRestore) {
    throw new Error(
      `${what}\nThe one written before it is whole. Nothing was changed. ` +
        `What to do: npx keelson up ${stack.replace(/-data$/, '')}, which goes on from there`,
    );
  }
  const aside = `${file}.broken-${Date.now()}`;
  copyFileSync(file, aside);
  // In one step: a stack without its file is none, and would be made anew.
  const draft = `${file}.${process.pid}`;
  copyFileSync(before, draft);
  renameSync(draft, file);
  tell(`${what} The one written before it took its place; the broken one is ${aside}.`);
}

const pending = z.object({
  checkpoint: z.object({ latest: z.object({ pending_operations: z.array(z.unknown()).min(1) }) }),
});

/** Whether the state has operations that an engine began and did not end. */
export function hasPending(files: StateFiles): boolean {
  return pending.safeParse(jsonIn(checkpointOf(files))).success;
}

function fromHistory(files: StateFiles, file: string): string {
  const newest = newestHistory(files);
  if (newest === undefined) {
    return `No older one is there either. Nothing was changed. What to do: put a copy of yours in its place`;
  }
  return (
    `The newest that can be read is from the end of an earlier update, and knows nothing of what was done since. ` +
    `Nothing was changed. What to do: cp '${newest}' '${file}', then npx keelson drift ${files.stack.replace(/-data$/, '')}`
  );
}
