import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { notRunning, requireStatus } from '../stack/status.ts';
import { Supervisor } from '../stack/supervisor.ts';

/**
 * kill -9 of every instance of these services and stores. The process ids come from the supervisor itself, at this
 * moment: a file could name a process that is somebody else's by now.
 */
export async function killInstances(
  context: Context,
  names: readonly string[],
): Promise<{ instance: string; pid: number }[]> {
  const { socket } = requireStatus(context.folders, context.stack);
  const processes = socket === undefined ? undefined : await new Supervisor(socket).processes();
  if (!processes) throw notRunning(context.stack);
  const victims = processes.flatMap(({ name, instance, pid }) =>
    pid !== null && (names.includes(name) || names.includes(instance)) ? [{ instance, pid }] : [],
  );
  if (victims.length === 0) {
    const known = [...new Set(processes.map(({ name }) => name))].join(', ');
    throw new Failure(`Nothing named ${names.join(' or ')} runs here to be killed`, {
      code: exitCode.usage,
      fix: `choose from ${known}`,
    });
  }
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
  return victims;
}
