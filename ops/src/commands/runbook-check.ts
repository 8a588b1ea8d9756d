import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import { checkRunbooks } from '../runbook/check.ts';
import { pagesRoot } from '../runbook/page.ts';

const output = z.object({
  pages: z.int(),
  problems: z.array(z.object({ file: z.string(), problem: z.string() })),
});

export const runbookCheck = defineCommand({
  name: 'runbook check',
  summary: 'whether pages and alerts pair up, and every command and metric on them exists',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson runbook check'],
  output,
  async run(context) {
    // The tree holds this command too; by the time it runs, the tree is complete.
    const { commands } = await import('../commands.ts');
    return checkRunbooks(pagesRoot(context), commands);
  },
  human: ({ pages, problems }, paint) =>
    problems.length === 0
      ? `${paint.good('✔')} ${pages} pages are sound.`
      : problems.map(({ file, problem }) => `${paint.bad('✖')} ${file}: ${problem}`).join('\n'),
  exitCode: ({ problems }) => (problems.length === 0 ? exitCode.success : exitCode.failure),
});
