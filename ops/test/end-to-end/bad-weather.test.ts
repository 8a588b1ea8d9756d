import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { alerts } from '@keelson/runbooks';
import { until } from '@keelson/testkit';
import pg from 'pg';
import { repository, temporaryFolder } from '../fixture/keelson.ts';
import { OwnStack } from '../fixture/own-stack.ts';

/** One stack for everything that goes wrong on purpose: drills of all runbooks, kills, and what repairs them. */
jest.setTimeout(240_000);

interface Drill {
  readonly passed: boolean;
  readonly sound: boolean;
  readonly accepted: number;
  readonly outcomes: Record<string, number>;
  readonly page: { readonly passed: boolean; readonly cells: readonly { name: string; state: string; ms: number }[] };
}

/** What a page without its mitigation is given to show that it does not mend: more than a sound page needs. */
const PATIENCE = '20 seconds';

const copies = temporaryFolder();
let stack: OwnStack;
let firstSignal: string;

beforeAll(async () => {
  stack = await OwnStack.prepare();
  const { code, document, stderr } = await stack.json<{ signal: { signal_id: string } }>(['start']);
  if (code !== 0) throw new Error(`keelson start failed:\n${stderr}`);
  firstSignal = document.signal.signal_id;
});
afterAll(async () => {
  await stack.remove();
  copies.remove();
});

/** Waits until no alert fires any more: the next drill starts in calm weather. */
async function untilCalm(): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const { document } = await stack.json<{ alerts: { state: string; stale: boolean }[] }>(['alerts']);
    if (document.alerts.every(({ state, stale }) => state === 'inactive' && !stale)) return;
    if (Date.now() > end) throw new Error(`still no calm: ${JSON.stringify(document)}`);
    await sleep(250);
  }
}

/** A copy of all pages in which one has lost the cells that mend; the folder above its runbooks/. */
function withoutMitigation(alert: { readonly area: string; readonly name: string }): string {
  const root = join(copies.path, alert.name);
  for (const { area } of alerts) {
    cpSync(join(repository, 'runbooks', area), join(root, 'runbooks', area), { recursive: true });
  }
  const file = join(root, 'runbooks', alert.area, `${alert.name}.md`);
  const text = readFileSync(file, 'utf8');
  const harmless = text.replaceAll(/^```sh \{[^\n]*"mitigation":"true"[^\n]*\n[\s\S]*?^```$/gm, '');
  expect(harmless.length).toBeLessThan(text.length);
  writeFileSync(file, harmless.replaceAll(/"within":"[^"]*"/g, `"within":"${PATIENCE}"`));
  return root;
}

async function auditedDrills(alert: string): Promise<{ action: string; details: Record<string, unknown> }[]> {
  const file = join(stack.folder, 'local', 'credentials.json');
  const { databaseAdminUrl } = JSON.parse(readFileSync(file, 'utf8')) as { databaseAdminUrl: string };
  const client = new pg.Client({ connectionString: databaseAdminUrl });
  await client.connect();
  try {
    const text = 'select distinct action, details from keelson.audit_events where subject = $1 order by action';
    return (await client.query<{ action: string; details: Record<string, unknown> }>(text, [alert])).rows;
  } finally {
    await client.end();
  }
}

describe.each(alerts)('the drill of $name', (alert) => {
  it('makes the alert fire and log its page; the page mends it; every signal ends exactly once', async () => {
    await untilCalm();
    const { code, document, stderr } = await stack.json<Drill>(['runbook', 'drill', alert.name, '--yes']);
    expect({ code, said: code === 0 ? '' : stderr }).toEqual({ code: 0, said: '' });
    expect(document).toMatchObject({ passed: true, sound: true, accepted: 20, lost: 0, doubled: 0 });
    expect(Object.values(document.outcomes).reduce((sum, count) => sum + count, 0)).toBe(20);
    expect(document.page.cells.at(-1)!.ms).toBeLessThan(Number.parseInt(PATIENCE, 10) * 1_000);
    // What is told goes by rows of its own: the log has it a moment after the alert has changed.
    const told = [`Alert: ${alert.summary}`, `runbooks/${alert.area}/${alert.name}.md`, 'Alert cleared'];
    await until(
      async () => (await stack.run(['logs', 'beat', '--lines', '200'])).stdout,
      (log) => told.every((line) => log.includes(line)),
      30_000,
      500,
    );
    expect(await auditedDrills(alert.name)).toEqual([
      { action: 'runbook.drill', details: expect.objectContaining({ passed: true }) },
      { action: 'runbook.run', details: expect.objectContaining({ ran: expect.any(Array) }) },
    ]);
  });
});

/** Two show that a drill fails when its page does not mend; each more would take as long as the whole patience. */
const WEAKENED = new Set(['SignalBacklogGrowing', 'OrderStuckSubmitted']);

describe.each(alerts.filter(({ name }) => WEAKENED.has(name)))('the drill of a weakened $name', (alert) => {
  it('fails when the page has lost its mitigation, takes its fault back, and still no signal is lost', async () => {
    await untilCalm();
    const environment = { KEELSON_RUNBOOKS_ROOT: withoutMitigation(alert) };
    const { code, document } = await stack.json<Drill>(['runbook', 'drill', alert.name, '--yes'], environment);
    expect(code).toBe(1);
    expect(document).toMatchObject({ passed: false, sound: true, accepted: 20, page: { passed: false } });
    expect(document.page.cells.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual(['cleared']);
    await untilCalm();
  });
});

describe('a kill -9', () => {
  it.each(['api', 'stream-gateway', 'redis', 'postgres'])(
    'of %s loses and doubles nothing that was accepted, and the stream goes on without a gap',
    async (victim) => {
      const words = ['demo', 'crash', '--kill', victim, '--signals', '150', '--rate', '50'];
      const { code, document } = await stack.json<{ accepted: number }>(words);
      expect(document).toMatchObject({ lost: 0, doubled: 0, missed_frames: 0, ledger_sum: { USD: '0' }, sound: true });
      // What was sent before the kill, at least; after it, a sender may have been refused.
      expect(document.accepted).toBeGreaterThanOrEqual(70);
      expect(document).toMatchObject({ killed: [{ instance: victim }] });
      expect(code).toBe(0);
    },
  );

  it('of everything, the supervisor too, is repaired by the next start, which finds its data', async () => {
    for (const pid of stack.pids()) process.kill(pid, 'SIGKILL');
    expect((await stack.run(['status', '--expect-ready'])).code).toBe(4);
    const repaired = await stack.json<{ changes: string }>(['start', '--signal', 'always']);
    expect(repaired).toMatchObject({ code: 0, document: { signal: { outcome: 'order.filled' } } });
    expect(repaired.document.changes).not.toBe('no changes');
    expect((await stack.run(['status', '--expect-ready'])).code).toBe(0);
    expect((await stack.json(['explain', firstSignal])).document).toMatchObject({ outcome: 'order.filled' });
    expect((await stack.json(['start'])).document).toMatchObject({ changes: 'no changes' });
  });
});
