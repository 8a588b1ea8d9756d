import { setTimeout as sleep } from 'node:timers/promises';
import { build, runEngine } from '../engine/run-engine.ts';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import type { Task, TaskReport } from '../framework/tasks.ts';
import { observe } from './observe.ts';

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** What the tasks of a start found out, for those that come after. */
export interface BringUp {
  /** "8 created", or "no changes"; undefined before the engine is done. */
  changes: string | undefined;
}

/** Build, engine, readiness: the three tasks that make a stack run. */
export function bringUpTasks(context: Context, shared: BringUp): Task[] {
  return [
    {
      title: 'Build',
      async run() {
        const built = await build(context);
        return built.length === 0 ? 'nothing to do' : built.join(', ');
      },
    },
    {
      title: `Stack ${context.stack}`,
      async run(report) {
        shared.changes = await runEngine(context, { verb: 'up' }, report);
        return shared.changes;
      },
    },
    { title: 'Ready', run: (report) => untilReady(context, report) },
  ];
}

/** Waits until everything answers; a Failure names what does not. */
async function untilReady(context: Context, report: TaskReport): Promise<string> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const { services } = await observe(context.folders, context.stack);
    const missing = services.filter((service) => service.state !== 'ready');
    if (services.length > 0 && missing.length === 0) return `${services.length} of ${services.length}`;
    const names = missing.map(({ name, state }) => `${name} (${state})`).join(', ');
    if (Date.now() > until || context.signal.aborted) {
      throw new Failure(`Not ready after ${READY_WITHIN_MS / 1_000} s: ${names}`, {
        code: context.signal.aborted ? exitCode.cancelled : exitCode.timeout,
        fix: `keelson logs ${missing[0]?.name ?? ''}`,
      });
    }
    report.now(`waiting for ${names}`);
    await sleep(LOOK_EVERY_MS);
  }
}
