import { shapeFrom } from '../src/lib/load-shape.ts';
import { followSignals, optionsFor } from '../src/lib/scenario.ts';
import { type SummaryData, summaryOutputs } from '../src/lib/summary.ts';

/** The load that the objectives are promised for: 100 signals a second for a minute. */
const shape = shapeFrom(__ENV, { ratePerSecond: 100, seconds: 60, warmUpSeconds: 5 });

export const options = optionsFor(shape);
export default (): Promise<void> => followSignals(shape);
export const handleSummary = (data: SummaryData): Record<string, string> => summaryOutputs(data, __ENV['SUMMARY_FILE']);
