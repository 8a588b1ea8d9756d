import { join } from 'node:path';
import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { runNode } from '../framework/run-node.ts';

/** The report of ops/bootstrap/doctor, which also runs where nothing is installed yet. */
const check = z.object({
  name: z.string(),
  state: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  fix: z.string().optional(),
});
const output = z.object({ checks: z.array(check), ok: z.boolean() });

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'each prerequisite, its state, and the command that mends it',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson doctor', 'keelson doctor --json'],
  output,
  async run(context) {
    const result = await runNode([join(context.repository, 'ops', 'bootstrap', 'main.mjs'), 'doctor', '--json'], {
      cwd: context.repository,
      environment: context.environment,
      signal: context.signal,
      onErrorLine: (line) => context.ui.say(line),
    });
    const document = result.stdout.slice(result.stdout.indexOf('{'));
    if (document.trim() === '') {
      throw new Failure('The check of the prerequisites said nothing', { fix: 'node ops/bootstrap/main.mjs doctor' });
    }
    return output.parse(JSON.parse(document));
  },
  human: (report, paint) =>
    report.checks
      .map(({ name, state, detail, fix }) => {
        const mark = state === 'ok' ? paint.good('✔') : state === 'warn' ? paint.warn('!') : paint.bad('✖');
        return `${mark} ${name.padEnd(24)} ${detail}${fix ? `\n${' '.repeat(27)}to mend it: ${fix}` : ''}`;
      })
      .join('\n'),
  exitCode: (report) => (report.ok ? exitCode.success : exitCode.failure),
});
