import { z } from 'zod';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { notRunning, requireStatus } from '../stack/status.ts';
import { Supervisor } from '../stack/supervisor.ts';

const READY_WITHIN_MS = 30_000;

export const restart = defineCommand({
  name: 'restart',
  summary: 'restart a service, one instance after the other, each awaited until it is ready',
  danger: 'changes',
  args: z.object({ service: positional(z.string(), 'a service or one of its instances') }),
  examples: ['keelson restart worker', 'keelson restart worker-2'],
  output: z.object({ restarted: z.array(z.object({ instance: z.string(), ms: z.int() })) }),
  async run(context, args) {
    const { socket } = requireStatus(context.folders, context.stack);
    const supervisor = new Supervisor(socket ?? '');
    const processes = socket === undefined ? undefined : await supervisor.processes();
    if (!processes) throw notRunning(context.stack);
    const wanted = processes.filter(({ name, instance }) => name === args.service || instance === args.service);
    if (wanted.length === 0) {
      const names = [...new Set(processes.map(({ name }) => name))].join(', ');
      throw new Failure(`Nothing here is named "${args.service}"`, { code: exitCode.usage, fix: `choose one of ${names}` });
    }
    const restarted: { instance: string; ms: number }[] = [];
    for (const { instance } of wanted) {
      const started = performance.now();
      context.ui.say(`  ${instance} …`);
      await supervisor.restart(instance, READY_WITHIN_MS);
      restarted.push({ instance, ms: Math.round(performance.now() - started) });
    }
    return { restarted };
  },
  human: ({ restarted }, paint) => restarted.map(({ instance, ms }) => `${paint.good('✔')} ${instance} is ready again after ${ms} ms`).join('\n'),
});
