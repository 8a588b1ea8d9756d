import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { stackConditions } from './harness/conditions.ts';
import { repeat, secondsRow, timed } from './harness/repeat.ts';
import type { ResultRow } from './harness/result.ts';
import { processes, supervisor, thenRepaired } from './harness/stack.ts';

const RUNS = 5;
const BOUND_SECONDS = 1;
const datastores = ['postgres', 'redis'];

async function ask(instance: string, what: 'stop' | 'start'): Promise<void> {
  const answer = await supervisor('POST', `/processes/${instance}/${what}?waitMs=30000`);
  if (answer.status !== 200) throw new Error(`${what} of ${instance}: ${answer.status} ${answer.body.slice(0, 300)}`);
}

/** From the supervisor's spawn of the process to its readiness, which includes warm code: a signal went through. */
async function coldStarts(instance: string): Promise<ResultRow> {
  const times = await repeat(RUNS, async () => {
    await ask(instance, 'stop');
    return timed(() => ask(instance, 'start'));
  });
  say(`${instance}: ${times.map((ms) => Math.round(ms)).join(', ')} ms`);
  return secondsRow(`${instance}: start to ready, stores and the others running`, times, BOUND_SECONDS);
}

async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const services = (await processes()).filter(({ name, instance }) => name === instance && !datastores.includes(name));
  const rows: ResultRow[] = [];
  await thenRepaired(async () => {
    for (const { instance } of services) rows.push(await coldStarts(instance));
  });
  return { conditions, rows };
}

await main({ name: 'cold-start', question: 'How long does one service take from its start to ready?', run });
