import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runEngine } from '../engine/run-engine.ts';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { runTasks } from '../framework/tasks.ts';
import { isAnswering } from '../stack/probe.ts';
import { readStatus } from '../stack/status.ts';
import { Supervisor } from '../stack/supervisor.ts';

/** Stops every process in order, and leaves the engine's state: the next start brings the same stack back. */
async function stopProcesses(context: Context): Promise<boolean> {
  const socket = readStatus(context.folders)?.socket;
  return socket === undefined ? false : new Supervisor(socket).shutdown();
}

/** Destroys the stack by the engine, so that its state knows, and removes what is left of its data. */
async function wipe(context: Context): Promise<void> {
  await runTasks(context, [
    {
      title: `Removing stack ${context.stack} and its data`,
      run: (report) => runEngine(context, { verb: 'destroy', words: ['--wipe'] }, report),
    },
  ]);
  rmSync(context.folders.root, { recursive: true, force: true });
}

export const stop = defineCarefulCommand({
  name: 'stop',
  summary: 'stop everything in order; the data stay unless --wipe is given',
  danger: 'dangerous',
  args: z.object({ wipe: flag(z.boolean().default(false), 'remove the data and the credentials as well') }),
  examples: ['keelson stop', 'npm stop -- --wipe'],
  output: z.object({ stack: z.string(), stopped: z.boolean(), wiped: z.boolean() }),
  async plan(context, args) {
    if (!args.wipe) return { steps: [], unattended: 'proceed' };
    return {
      steps: [`stop the processes of stack ${context.stack}`, `delete ${context.folders.root} with its database`],
      question: 'Delete all data of this stack?',
      // --wipe exists for nothing else, so a script that gives it has said yes.
      unattended: 'proceed',
    };
  },
  async apply(context, args) {
    if (!args.wipe) {
      context.ui.say(`Stopping stack ${context.stack} …`);
      return { stack: context.stack, stopped: await stopProcesses(context), wiped: false };
    }
    const ran = readStatus(context.folders) !== undefined;
    await wipe(context);
    return { stack: context.stack, stopped: ran, wiped: true };
  },
  async verify(context) {
    const recorded = readStatus(context.folders)?.services ?? [];
    const answers = await Promise.all(recorded.map(isAnswering));
    const alive = recorded.filter((_, index) => answers[index]).map((process) => process.instance);
    if (alive.length === 0) return;
    throw new Failure(`Still answering after the stop: ${alive.join(', ')}`, {
      code: exitCode.resource,
      fix: `see ${join(context.folders.logs, 'supervisor.log')}, then keelson stop again`,
    });
  },
  // A stack on one's own machine has no audit trail, and after --wipe no database to write one to.
  audit: async () => undefined,
  human: ({ stack, stopped, wiped }) => {
    if (wiped) return `Stack ${stack} is gone, with its data.`;
    return stopped
      ? `Stack ${stack} is stopped; its data are kept. Start it again: npm start`
      : `Stack ${stack} did not run.`;
  },
});
