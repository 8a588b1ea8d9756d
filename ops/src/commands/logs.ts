import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { followLogs, lastLogLines, logNames, type LogLine } from '../stack/logs.ts';

const levels: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** One line of any log. Our services write JSON; datastores write text, which is all in `message`. */
const output = z.object({
  instance: z.string(),
  time: z.string().nullable(),
  level: z.string().nullable(),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

function record({ instance, text }: LogLine): z.infer<typeof output> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Postgres and Redis log plain text.
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null)
    return { instance, time: null, level: null, message: text, fields: {} };
  const { time: clock, timestamp, level, msg, message, event, ...fields } = parsed as Record<string, unknown>;
  const time = clock ?? timestamp;
  return {
    instance,
    time: typeof time === 'number' ? new Date(time).toISOString() : typeof time === 'string' ? time : null,
    level:
      typeof level === 'number'
        ? (levels[level] ?? String(level))
        : typeof level === 'string'
          ? level.toLowerCase()
          : null,
    message: String(msg ?? message ?? event ?? ''),
    fields,
  };
}

export const logs = defineCommand({
  name: 'logs',
  summary: 'what the services wrote, newest last',
  danger: 'none',
  args: z.object({
    service: positional(z.string().optional(), 'a service or an instance; all when absent'),
    follow: flag(z.boolean().default(false), 'go on with new lines until Ctrl-C', 'f'),
    lines: flag(z.coerce.number().int().min(0).max(100_000).default(50), 'how many lines of each to begin with', 'n'),
  }),
  examples: ['keelson logs', 'keelson logs worker -f', 'keelson logs api --lines 200 --json'],
  output,
  lines: true,
  async run(context, args) {
    const names = logNames(context.folders.logs, args.service);
    if (names.length === 0) {
      const known = logNames(context.folders.logs, undefined).join(', ');
      throw new Failure(`There is no log of "${args.service ?? context.stack}"`, {
        code: exitCode.noStack,
        fix: known === '' ? 'npm start' : `choose one of ${known}`,
      });
    }
    for (const line of lastLogLines(context.folders.logs, names, args.lines)) context.emit(record(line));
    if (args.follow)
      await followLogs(context.folders.logs, names, context.signal, (line) => context.emit(record(line)));
  },
  human({ instance, time, level, message, fields }, paint) {
    const clock = time?.slice(11, 23) ?? '            ';
    const shade = ['error', 'fatal', 'critical'].includes(level ?? '')
      ? paint.bad
      : level?.startsWith('warn')
        ? paint.warn
        : (text: string) => text;
    const rest = Object.entries(fields)
      .filter(([name]) => !['pid', 'hostname', 'service', 'instance', 'name', 'logger'].includes(name))
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(' ');
    return `${paint.dim(clock)} ${paint.accent(instance.padEnd(14))} ${shade(message)}${rest ? ` ${paint.dim(rest)}` : ''}`;
  },
});
