import { join } from 'node:path';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure, type ExitCode } from '../framework/failure.ts';
import { runNode } from '../framework/run-node.ts';
import type { TaskReport } from '../framework/tasks.ts';
import { EngineProgress, summaryOf } from './events.ts';

/** Compiles what Node can't run as it is; resolves with the names of the services that were compiled. */
export async function build(context: Context): Promise<string[]> {
  const result = await runNode([join(context.repository, 'infra', 'src', 'build.ts')], {
    cwd: context.repository,
    environment: context.environment,
    signal: context.signal,
  });
  if (result.code !== 0) {
    throw new Failure(`The services do not compile:\n${result.stderr}`, {
      fix: 'mend the file that is named, then npm start',
    });
  }
  const report = JSON.parse(result.stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '{}');
  return Object.entries(report).flatMap(([name, outcome]) => (outcome === 'built' ? [name] : []));
}

export interface EngineRun {
  readonly verb: 'up' | 'destroy';
  readonly words?: readonly string[];
}

/** Runs the engine on the stack and shows each resource as it changes; resolves with the sum, e.g. "no changes". */
export async function runEngine(
  context: Context,
  { verb, words = [] }: EngineRun,
  report: TaskReport,
): Promise<string> {
  const progress = new EngineProgress(report.line, report.now);
  report.now('the engine compares what is with what should be');
  const script = join(context.repository, 'infra', 'src', 'engine.ts');
  const result = await runNode([script, verb, '-s', context.stack, '--json', ...words], {
    cwd: context.repository,
    environment: context.environment,
    signal: context.signal,
    onLine: (line) => progress.take(line),
  });
  if (result.code === 0) return summaryOf(progress.changes);
  const said = [...progress.diagnostics, ...result.stderr.split('\n')].filter((line) => line.trim() !== '');
  const told = [...new Set(said)];
  throw new Failure(
    `The engine failed at ${verb} of stack ${context.stack}:\n${told
      .slice(-25)
      .map((line) => `  ${line}`)
      .join('\n')}`,
    {
      code: knownCode(result.code),
      fix: fixFor(told.join('\n'), context.stack),
    },
  );
}

function knownCode(code: number): ExitCode {
  return Object.values(exitCode).find((known) => known === code && known !== exitCode.success) ?? exitCode.resource;
}

/** The commonest causes have a fix of their own. */
function fixFor(text: string, stack: string): string {
  if (/port \d+ .*taken/.test(text))
    return 'stop who holds the port, or choose others: KEELSON_PORT_BASE=4000 npm start';
  if (/was not ready within/.test(text)) return 'keelson logs <name> tells why it did not start; then npm start again';
  const told = toldFix(text);
  if (told !== undefined) return told;
  const again = stack === 'local' ? 'npm start' : `keelson up ${stack.replace(/-data$/, '')}`;
  return `${again} again repairs what is half done; keelson doctor checks the tools`;
}

/** The way out that infra itself names: of a stack that is held, a state that cannot be read, a thing that is not ours. */
export function toldFix(text: string): string | undefined {
  return /What to do: (.+)$/m.exec(text)?.[1];
}
