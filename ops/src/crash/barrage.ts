import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../framework/failure.ts';
import type { DemoAccess } from '../flow/access.ts';
import { now, sendAlert, type SentAlert } from '../flow/alert.ts';

export interface Barrage {
  readonly count: number;
  readonly perSecond: number;
  readonly signal: AbortSignal;
  /** Called before the signal with this index goes out. */
  readonly onTick?: (index: number) => void;
  readonly onAccepted: (sent: SentAlert) => void;
  readonly onRefused: (reason: string) => void;
}

const symbols = ['CME_MINI:NQ1!', 'NASDAQ:AAPL', 'NASDAQ:MSFT', 'COINBASE:BTCUSD'];
const prices = ['21000.25', '228.40', '421.10', '65120.50'];

/** Sends alerts at an even pace, whether the earlier ones are answered or not; resolves when all are answered. */
export async function fire(access: DemoAccess, barrage: Barrage): Promise<void> {
  const started = now();
  const answers: Promise<void>[] = [];
  for (let index = 0; index < barrage.count && !barrage.signal.aborted; index += 1) {
    await sleep(Math.max(0, started + (index * 1_000) / barrage.perSecond - now()));
    barrage.onTick?.(index);
    const alert = {
      ticker: symbols[index % symbols.length]!,
      action: index % 3 === 2 ? ('sell' as const) : ('buy' as const),
      quantity: String(1 + (index % 5)),
      price: prices[index % prices.length]!,
    };
    answers.push(
      sendAlert(access, alert).then(barrage.onAccepted, (error: unknown) => barrage.onRefused(messageOf(error))),
    );
  }
  await Promise.all(answers);
}
