import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import type { Context } from '../framework/context.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import type { Cell } from '../runbook/cell.ts';
import { collectInputs } from '../runbook/inputs.ts';
import { cellsOf, findPage, pagesRoot } from '../runbook/page.ts';
import { type CellResult, runCell } from '../runbook/run-cell.ts';
import { recordOperation } from '../stack/audit.ts';

/** What running a page found. */
export const pageRun = z.object({
  name: z.string(),
  passed: z.boolean(),
  cells: z.array(
    z.object({
      name: z.string(),
      section: z.string(),
      danger: z.string(),
      state: z.enum(['passed', 'failed']),
      exit_code: z.int(),
      ms: z.int(),
      output: z.string(),
      reason: z.string().nullable(),
    }),
  ),
});

function choose(cells: readonly Cell[], wanted: readonly string[], section: string | undefined, name: string): Cell[] {
  const unknown = wanted.filter((cell) => !cells.some((each) => each.name === cell));
  const chosen = cells.filter(
    (cell) =>
      (wanted.length === 0 || wanted.includes(cell.name)) &&
      (section === undefined || cell.section.toLowerCase() === section.toLowerCase()),
  );
  if (unknown.length === 0 && chosen.length > 0) return chosen;
  const known = cells.map((cell) => `${cell.name} (${cell.section})`).join(', ');
  throw new Failure(`${name} has no cell ${unknown.join(', ') || `in ${section}`}`, {
    code: exitCode.usage,
    fix: `its cells are ${known || 'none'}`,
  });
}

/** Runs the cells in the order of the page, and ends at the first that fails: what follows was written for its success. */
async function runInOrder(
  context: Context,
  cells: readonly Cell[],
  inputs: Record<string, string>,
): Promise<CellResult[]> {
  const { ui } = context;
  const results: CellResult[] = [];
  for (const cell of cells) {
    ui.say(`${ui.paint.bold(cell.section)} · ${cell.name}`);
    for (const line of cell.code.split('\n')) ui.say(ui.paint.dim(`  $ ${line}`));
    if (cell.danger === 'dangerous') await ui.confirm(`Run "${cell.name}"?`, 'refuse');
    const result = await runCell(context, cell, inputs);
    results.push(result);
    const mark = result.state === 'passed' ? ui.paint.good('  ✔') : ui.paint.bad('  ✖');
    ui.say(`${mark} ${result.reason ?? 'as expected'} (${result.ms} ms)`);
    if (result.state === 'failed') break;
  }
  return results;
}

export const runbookRun = defineCommand({
  name: 'runbook run',
  summary: 'run the code cells of a page, with their checks; recorded in the audit log',
  danger: 'dangerous',
  args: z.object({
    name: positional(z.string(), 'name of the alert'),
    cell: flag(z.array(z.string()).default([]), 'only these cells, by name'),
    section: flag(z.string().optional(), 'only the cells of this section, e.g. Diagnosis'),
    input: flag(
      z.array(z.string().regex(/^[a-z_]+=/, 'must be name=value')).default([]),
      'values that the page asks for, as name=value',
    ),
  }),
  examples: [
    'keelson runbook run SignalBacklogGrowing',
    'keelson runbook run SignalBacklogGrowing --section Diagnosis',
  ],
  output: pageRun,
  async run(context, args) {
    const page = findPage(pagesRoot(context), args.name);
    const cells = choose(cellsOf(page), args.cell, args.section, page.name);
    const inputs = await collectInputs(context, cells, args.input);
    let results: CellResult[] = [];
    try {
      results = await runInOrder(context, cells, inputs);
    } finally {
      const ran = results.map(({ name, state, ms }) => ({ name, state, ms }));
      const planned = cells.map((cell) => cell.name);
      await recordOperation(context, { action: 'runbook.run', subject: page.name, details: { planned, ran, inputs } });
    }
    return { name: page.name, passed: results.every((result) => result.state === 'passed'), cells: results };
  },
  human: ({ name, passed, cells }, paint) =>
    passed
      ? `${paint.good('✔')} ${name}: ${cells.length} cells ran as expected.`
      : `${paint.bad('✖')} ${name}: ${cells.at(-1)?.name} failed: ${cells.at(-1)?.reason}. Go on with "Escalate": keelson runbook show ${name}`,
  exitCode: ({ passed }) => (passed ? exitCode.success : exitCode.failure),
});
