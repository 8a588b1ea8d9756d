import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { pagesRoot, readPages, summaryOf } from '../runbook/page.ts';

const output = z.object({
  runbooks: z.array(z.object({ name: z.string(), area: z.string(), file: z.string(), summary: z.string() })),
});

export const runbookList = defineCommand({
  name: 'runbook list',
  summary: 'every page, by area',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson runbook list'],
  output,
  async run(context) {
    const pages = readPages(pagesRoot(context));
    return {
      runbooks: pages.map((page) => ({ name: page.name, area: page.area, file: page.file, summary: summaryOf(page) })),
    };
  },
  human: ({ runbooks }, paint) =>
    runbooks.length === 0
      ? 'There are no runbooks yet.'
      : runbooks
          .map(({ name, area, summary }) => `${paint.dim(area.padEnd(10))} ${paint.bold(name.padEnd(24))} ${summary}`)
          .join('\n'),
});
