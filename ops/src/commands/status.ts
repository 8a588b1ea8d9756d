import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import type { Paint } from '../framework/ui.ts';
import { observe, type ObservedService } from '../stack/observe.ts';

const service = z.object({
  name: z.string(),
  kind: z.enum(['service', 'datastore']),
  state: z.enum(['ready', 'degraded', 'starting', 'unreachable', 'failed', 'stopped']),
  url: z.string().optional(),
  replicas: z.object({ ready: z.int(), desired: z.int() }),
  pids: z.array(z.int()),
  restarts: z.int(),
  since: z.string().optional(),
});

const output = z.object({
  stack: z.string(),
  services: z.array(service),
  api: z.string().nullable(),
  stream: z.string().nullable(),
});

const light: Record<ObservedService['state'], (paint: Paint) => string> = {
  ready: (paint) => paint.good('●'),
  degraded: (paint) => paint.warn('●'),
  starting: (paint) => paint.warn('◌'),
  unreachable: (paint) => paint.bad('●'),
  failed: (paint) => paint.bad('●'),
  stopped: (paint) => paint.dim('○'),
};

function line(found: z.infer<typeof service>, paint: Paint): string {
  const { ready, desired } = found.replicas;
  const replicas = desired > 1 ? `${ready}/${desired}` : '';
  const restarts = found.restarts > 0 ? paint.warn(`${found.restarts} restarts`) : '';
  const cells = [
    found.name.padEnd(15),
    found.state.padEnd(11),
    replicas.padEnd(4),
    (found.url ?? '').padEnd(32),
    restarts,
  ];
  return `${light[found.state](paint)} ${cells.join(' ')}`.trimEnd();
}

export const status = defineCommand({
  name: 'status',
  summary: 'what runs, where, and whether it answers',
  danger: 'none',
  args: z.object({
    expectReady: flag(z.boolean().default(false), 'exit with 4 unless everything is ready'),
  }),
  examples: ['keelson status', 'keelson status --json --expect-ready'],
  output: output.extend({ expected: z.literal('ready').optional() }),
  async run(context, args) {
    const seen = await observe(context.folders, context.stack);
    return args.expectReady ? { ...seen, expected: 'ready' as const } : seen;
  },
  human(result, paint) {
    const lines = result.services.map((found) => line(found, paint));
    const dead = result.services.every((found) => found.state === 'stopped');
    const advice = dead ? [`Stack ${result.stack} is down. Start it: npm start`] : [];
    return [...lines, ...advice].join('\n');
  },
  exitCode: (result) =>
    result.expected && result.services.some((found) => found.state !== 'ready') ? exitCode.resource : exitCode.success,
});
