import { type Duration, milliseconds } from '@keelson/kernel';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { notRunning, requireStatus } from '../stack/status.ts';
import { Supervisor } from '../stack/supervisor.ts';

const READY_WITHIN_MS = 30_000;

const grace = z
  .string()
  .regex(/^\d+ (milliseconds?|seconds?|minutes?)$/, 'must be a time such as "2 seconds"')
  .transform((text) => milliseconds(text as Duration))
  .optional();

export const restart = defineCommand({
  name: 'restart',
  summary: 'restart a service, one instance after the other, each awaited until it is ready',
  danger: 'changes',
  args: z.object({
    service: positional(z.string(), 'a service or one of its instances'),
    grace: flag(grace, 'how long it may take to end before it is killed; its own time for draining when absent'),
  }),
  examples: ['keelson restart worker', 'keelson restart worker-2', 'keelson restart worker --grace "2 seconds"'],
  output: z.object({ restarted: z.array(z.object({ instance: z.string(), ms: z.int() })) }),
  async run(context, args) {
    const { socket } = requireStatus(context.folders, context.stack);
    const supervisor = new Supervisor(socket ?? '');
    const processes = socket === undefined ? undefined : await supervisor.processes();
    if (!processes) throw notRunning(context.stack);
    const wanted = processes.filter(({ name, instance }) => name === args.service || instance === args.service);
    if (wanted.length === 0) {
      const names = [...new Set(processes.map(({ name }) => name))].join(', ');
      throw new Failure(`Nothing here is named "${args.service}"`, {
        code: exitCode.usage,
        fix: `choose one of ${names}`,
      });
    }
    const restarted: { instance: string; ms: number }[] = [];
    for (const { instance } of wanted) {
      const started = performance.now();
      context.ui.say(`  ${instance} …`);
      await supervisor.restart(instance, READY_WITHIN_MS, args.grace);
      restarted.push({ instance, ms: Math.round(performance.now() - started) });
    }
    return { restarted };
  },
  human: ({ restarted }, paint) =>
    restarted.map(({ instance, ms }) => `${paint.good('✔')} ${instance} is ready again after ${ms} ms`).join('\n'),
});
