import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { Courier, type Delivery, type DeliveryLine } from '../harness/deliver.ts';
import type { Journal } from '../harness/journal.ts';
import type { PlannedDelivery } from './plan.ts';

function deliveryOf({ signal, copy }: PlannedDelivery, team: BenchTeam): Delivery {
  const { id, price, kind, side, quantity } = signal;
  const key = kind === 'wrong_key' ? `kw_${'x'.repeat(43)}` : team.webhook_key;
  const ticker = kind === 'unknown_symbol' ? 'NOWHERE:NOTHING' : 'CME_MINI:ES1!';
  return { id, price, kind, copy, body: { key, id, ticker, action: side, quantity, price, order_id: 'storm' } };
}

/** Sends every delivery at its time, whether those before were answered or not; resolves when none is open any more. */
export async function sendAll(
  planned: readonly PlannedDelivery[],
  teams: readonly BenchTeam[],
  journal: Journal<DeliveryLine>,
): Promise<void> {
  const courier = new Courier(journal);
  const started = performance.now();
  for (const delivery of planned) {
    await sleep(Math.max(0, started + delivery.atMs - performance.now()));
    const team = teams[delivery.signal.team]!;
    void courier.deliver(team, deliveryOf(delivery, team));
  }
  await courier.end();
}
