import { z } from 'zod';
import { positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { cellsOf, findPage, headings, pagesRoot, sectionOf } from '../runbook/page.ts';

const output = z.object({
  name: z.string(),
  file: z.string(),
  text: z.string(),
  sections: z.record(z.string(), z.string()),
  cells: z.array(
    z.object({
      name: z.string(),
      section: z.string(),
      danger: z.string(),
      inputs: z.array(z.object({ name: z.string(), type: z.string() })),
      code: z.string(),
    }),
  ),
});

export const runbookShow = defineCommand({
  name: 'runbook show',
  summary: 'read a page',
  danger: 'none',
  args: z.object({ name: positional(z.string(), 'name of the alert') }),
  examples: ['keelson runbook show SignalBacklogGrowing'],
  output,
  async run(context, args) {
    const page = findPage(pagesRoot(context), args.name);
    const cells = cellsOf(page).map(({ name, section, danger, inputs, code }) => ({
      name,
      section,
      danger,
      inputs,
      code,
    }));
    const sections = Object.fromEntries(headings.map((heading) => [heading, sectionOf(page, heading)]));
    return { name: page.name, file: page.file, text: page.text, sections, cells };
  },
  human: ({ text }, paint) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (line.startsWith('#') ? paint.bold(line) : line.startsWith('```') ? paint.dim(line) : line))
      .join('\n'),
});
