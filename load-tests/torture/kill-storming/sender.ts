import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Journal } from '../harness/journal.ts';
import type { PlannedDelivery, SignalKind } from './plan.ts';

/** A delivery as its sender saw it; without a status nobody answered, so nobody knows whether it arrived. */
export interface DeliveryLine {
  readonly id: string;
  readonly price: string;
  readonly kind: SignalKind;
  readonly copy: number;
  readonly status?: number;
  readonly signal_id?: string;
  readonly problem?: string;
}

const GIVES_UP_MS = 5_000;

function bodyOf({ signal }: PlannedDelivery, team: BenchTeam): string {
  const { id, price, kind, side, quantity } = signal;
  const key = kind === 'wrong_key' ? `kw_${'x'.repeat(43)}` : team.webhook_key;
  const ticker = kind === 'unknown_symbol' ? 'NOWHERE:NOTHING' : 'CME_MINI:ES1!';
  return JSON.stringify({ key, id, ticker, action: side, quantity, price, order_id: 'storm' });
}

/** Sends every delivery at its time, whether those before were answered or not; resolves when none is open any more. */
export async function sendAll(
  planned: readonly PlannedDelivery[],
  teams: readonly BenchTeam[],
  journal: Journal<DeliveryLine>,
): Promise<void> {
  const agent = new Agent({ connections: 64, pipelining: 1 });
  const open = new Set<Promise<void>>();
  const started = performance.now();
  for (const delivery of planned) {
    await sleep(Math.max(0, started + delivery.atMs - performance.now()));
    const team = teams[delivery.signal.team]!;
    const sent = deliver(delivery, team, agent)
      .then((line) => journal.append(line))
      .finally(() => open.delete(sent));
    open.add(sent);
  }
  await Promise.all(open);
  await agent.close();
}

async function deliver(delivery: PlannedDelivery, team: BenchTeam, agent: Agent): Promise<DeliveryLine> {
  const { id, price, kind } = delivery.signal;
  const line = { id, price, kind, copy: delivery.copy };
  try {
    const { statusCode, body } = await request(team.webhook_url, {
      ...{ method: 'POST', body: bodyOf(delivery, team), headers: { 'content-type': 'application/json' } },
      ...{ dispatcher: agent, signal: AbortSignal.timeout(GIVES_UP_MS) },
    });
    const answer = await body.text();
    if (statusCode !== 202) return { ...line, status: statusCode };
    return { ...line, status: statusCode, signal_id: (JSON.parse(answer) as { signal_id: string }).signal_id };
  } catch (error) {
    // The api is killed again and again: a sender that gets no answer is what this run is about.
    return { ...line, problem: (error as Error).message };
  }
}
