import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { exitCode } from '../framework/failure.ts';
import { checkMarket, drawReport, marketReport, printed } from '../trading/market-check.ts';

export const marketCheck = defineCommand({
  name: 'market check',
  summary:
    'look whether everything is ready for the open, as beat does at 8:30 in New York, and replace the report of the day',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson market check'],
  output: marketReport,
  run: async (context) => printed(await checkMarket(context)),
  human: drawReport,
  exitCode: ({ failed }) => (failed === 0 ? exitCode.success : exitCode.resource),
});
