import { shapeFrom } from '../src/lib/load-shape.ts';
import { followSignals, optionsFor } from '../src/lib/scenario.ts';
import { type SummaryData, summaryOutputs } from '../src/lib/summary.ts';

/** A few signals: does the way work at all, within its objectives? */
const shape = shapeFrom(__ENV, { ratePerSecond: 5, seconds: 8, warmUpSeconds: 2 });

export const options = optionsFor(shape);
export default (): Promise<void> => followSignals(shape);
export const handleSummary = (data: SummaryData): Record<string, string> => summaryOutputs(data, __ENV['SUMMARY_FILE']);
