import { Listr, ListrLogger, ProcessOutput, type ListrTask } from 'listr2';
import type { Context } from './context.ts';

/** What a running task can show. */
export interface TaskReport {
  /** A line below the title that stays. */
  line(text: string): void;
  /** What goes on right now; replaces the last one, and is repeated while nothing else is said. */
  now(text: string): void;
}

export interface Task {
  readonly title: string;
  run(report: TaskReport): Promise<string | void>;
}

/** Nothing is silent for longer than this, on a terminal or in a log. */
const HEARTBEAT_MS = 3_000;

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}

/**
 * Runs tasks one after the other and shows them on stderr: a tree that is redrawn on a terminal, plain lines elsewhere.
 * A task's text result is added to its title. The first error ends it and is thrown as it is.
 */
export async function runTasks(context: Context, tasks: readonly Task[]): Promise<void> {
  // Some terminals that are none (CI with a pseudo one) have no width; a tree would be drawn letter by letter.
  const wide = (process.stderr.columns ?? 0) >= 40;
  const live = process.stderr.isTTY === true && wide && context.environment['TERM'] !== 'dumb';
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  let cause: unknown;
  const list = new Listr(
    tasks.map((task) => listrTask(task, live, (error) => (cause = error))),
    {
      concurrent: false,
      exitOnError: true,
      registerSignalListeners: false,
      renderer: live ? 'default' : 'simple',
      rendererOptions: { logger, showErrorMessage: false, collapseErrors: false, clearOutput: false, timer: undefined },
      fallbackRenderer: 'simple',
    } as ConstructorParameters<typeof Listr>[1],
  );
  try {
    await list.run();
  } catch {
    // The tree only marks the task; what went wrong is told once, by whoever catches it.
    throw cause;
  }
}

function listrTask(task: Task, live: boolean, keep: (error: unknown) => void): ListrTask {
  return {
    title: task.title,
    rendererOptions: { persistentOutput: true, outputBar: Infinity },
    async task(_shared, handle) {
      const started = performance.now();
      let spoke = started;
      let current = '';
      const say = (text: string) => {
        spoke = performance.now();
        handle.output = text;
      };
      const timer = setInterval(() => {
        const what = current === '' ? '' : `: ${current}`;
        if (live) handle.title = `${task.title} ${seconds(started)}${what}`;
        else if (performance.now() - spoke >= HEARTBEAT_MS) say(`… ${seconds(started)}${what}`);
      }, 200);
      try {
        const result = await task.run({
          line: say,
          now: (text) => {
            current = text;
          },
        });
        handle.title = `${task.title} ${seconds(started)}${result ? ` · ${result}` : ''}`;
      } catch (error) {
        keep(error);
        throw new Error(`after ${seconds(started)}`, { cause: error });
      } finally {
        clearInterval(timer);
      }
    },
  };
}
