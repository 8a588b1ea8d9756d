import { join } from 'node:path';
import type { Input } from '@pulumi/pulumi';
import { contentHash } from './content-hash.ts';
import type { LocalTarget } from './target.ts';

/** A program of the repository that works on the database, and what it reads (paths below the repository's root). */
export interface TaskPlan {
  readonly name: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly reads: readonly string[];
}

export const migrationTask: TaskPlan = {
  name: 'migration',
  entry: 'libs/base/persistence/src/migrate.ts',
  args: ['up'],
  reads: ['libs/base/persistence/src/migrate.ts', 'libs/base/persistence/src/migrations'],
};

export const seedTask: TaskPlan = {
  name: 'seed',
  entry: 'ops/src/seed.ts',
  args: [],
  reads: ['ops/src/seed.ts', 'ops/src/seed'],
};

/** Inputs of the resource that runs a task. */
export function taskArguments(
  target: LocalTarget,
  task: TaskPlan,
  env: Readonly<Record<string, Input<string>>>,
  database: Input<string>,
) {
  return {
    name: task.name,
    command: target.toolchain.node,
    args: [join(target.repository, task.entry), ...task.args],
    cwd: target.repository,
    env: { PATH: '/usr/bin:/bin', HOME: target.folders.root, ...env },
    contentHash: contentHash(target.repository, task.reads),
    database,
    timeoutMs: 120_000,
  };
}
