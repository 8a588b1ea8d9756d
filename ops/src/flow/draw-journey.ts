import type { Paint } from '../framework/ui.ts';
import type { Hop, Journey } from './journey.ts';

const WIDTH = 40;

/** Each hop on a common time line, so that the slow one is seen and not read. */
export function drawHops(hops: readonly Hop[], paint: Paint): string[] {
  const total = hops.reduce((sum, hop) => sum + hop.ms, 0) || 1;
  let offset = 0;
  return hops.map(({ step, ms }) => {
    const start = Math.floor((offset / total) * WIDTH);
    const length = Math.max(1, Math.round((ms / total) * WIDTH));
    offset += ms;
    const bar = `${' '.repeat(Math.min(start, WIDTH - 1))}${paint.accent('▇'.repeat(length))}`;
    return `${step.padEnd(15)} ${ms.toFixed(1).padStart(7)} ms ${bar}`;
  });
}

/** One sentence: what became of the signal, and in how many milliseconds. */
export function outcomeOf(journey: Journey, paint: Paint): string {
  const { order, outcome, total_ms: total } = journey;
  const what = [order['side'], order['filled_quantity'] ?? order['quantity'], order['symbol']]
    .filter(Boolean)
    .join(' ');
  const price = order['average_price'] ? ` at ${String(order['average_price'])}` : '';
  const why = order['code'] ?? order['reason'];
  const mark = outcome === 'order.filled' ? paint.good(outcome) : paint.warn(outcome);
  return `${mark}: ${what}${price}${why ? ` (${String(why)})` : ''} in ${paint.bold(`${total.toFixed(1)} ms`)}`;
}
