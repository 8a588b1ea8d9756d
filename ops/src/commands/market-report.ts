import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { drawReport, marketReport, printed, readReport } from '../trading/market-check.ts';

export const marketLastReport = defineCommand({
  name: 'market report',
  summary: 'what the last check before the open found',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson market report'],
  output: marketReport,
  async run(context) {
    const report = await readReport(context);
    if (report) return printed(report);
    throw new Failure('No check was made yet', { code: exitCode.resource, fix: 'keelson market check' });
  },
  human: drawReport,
});
