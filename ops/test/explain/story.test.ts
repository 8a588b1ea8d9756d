import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { findSignal, readStory } from '../../src/explain/story.store.ts';
import { type Story, tell } from '../../src/explain/story.ts';
import { keelson } from '../fixture/keelson.ts';

const T0 = Date.parse('2026-11-21T10:00:00.000Z');
const at = (ms: number) => new Date(T0 + ms);
const [signalId, receiptId, intentId, orderId, entryId] = [newId(), newId(), newId(), newId(), newId()];

let database: TestDatabase;
let team: SeededTeam;
let other: SeededTeam;

/** A signal that was approved, sent, filled in two parts and booked: rows as the steps write them. */
async function writeSignal(): Promise<void> {
  const { admin } = database;
  const { teamId, accountId, symbol } = team;
  await admin(
    `insert into keelson.receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256, received_at)
     values ($1, $2, $3, 'tradingview', 'application/json', '{"key":"***","ticker":"ES"}', '\\x00', $4)`,
    [receiptId, teamId, team.webhookKeyId, at(0)],
  );
  await admin(
    `insert into keelson.signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price, received_at, expires_at)
     values ($1, $2, $3, $4, 'test', $5, 'buy', 3, 100.5, $6, $7)`,
    [signalId, teamId, receiptId, accountId, symbol, at(0), at(60_000)],
  );
  const checks = [
    { check: 'halted', numbers: { trading_state: 'ACTIVE' } },
    { check: 'max_notional', numbers: { limit: '1000', notional: '301.5' } },
  ];
  await admin(
    `insert into keelson.verdicts (signal_id, team_id, approved, checks, halt_generation, decided_at) values ($1, $2, true, $3, 4, $4)`,
    [signalId, teamId, JSON.stringify(checks), at(3)],
  );
  await admin(
    `insert into keelson.intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional) values ($1, $2, $3, $4, $5, 'buy', 3, 15075)`,
    [intentId, teamId, signalId, accountId, symbol],
  );
  await admin(
    `insert into keelson.orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id, symbol, side, type, quantity,
       reference_price, multiplier, currency, status, filled_quantity, filled_value, reserved, attempt, deadline, halt_generation,
       venue_order_id, expires_at, created_at, submitted_at, completed_at)
     values ($1, $2, $3, $3, $4, $5, 'paper', 'client-1', $6, 'buy', 'market', 3, 100.5, 50, 'USD', 'filled', 3, 302, 0, 1, $7, 4, 'venue-1', $7, $8, $9, $10)`,
    [orderId, teamId, intentId, signalId, accountId, symbol, at(60_000), at(3), at(4), at(20)],
  );
  await admin(
    `insert into keelson.broker_events (broker, venue_event_id, team_id, order_id, type, payload, recorded_at)
     values ('paper', 'event-1', $1, $2, 'broker.filled', '{"quantity":"3","price":"100.5"}', $3)`,
    [teamId, orderId, at(19)],
  );
  const fillId = newId();
  await admin(
    'insert into keelson.fills (fill_id, team_id, order_id, signal_id, quantity, price, executed_at) values ($1, $2, $3, $4, 3, 100.5, $5)',
    [fillId, teamId, orderId, signalId, at(18)],
  );
  await admin(
    'insert into keelson.entries (entry_id, team_id, account_id, signal_id, fill_id, posted_at) values ($1, $2, $3, $4, $5, $6)',
    [entryId, teamId, accountId, signalId, fillId, at(20)],
  );
  await admin(
    `insert into keelson.postings (entry_id, line, team_id, ledger_account, currency, amount)
     values ($1, 0, $2, 'cash', 'USD', -15075), ($1, 1, $2, 'position:ES', 'USD', 15075)`,
    [entryId, teamId],
  );
  await admin(
    `insert into keelson.stream_events (team_id, channel, stream_offset, event, signal_id, data, created_at)
     values ($1, 'orders', 41, 'order.filled', $2, '{}', $3)`,
    [teamId, signalId, at(22)],
  );
}

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
  other = await seedTeam(database);
  await writeSignal();
});
afterAll(() => database.close());

function facts(story: Story, step: string): string[] {
  return story.chapters.find((chapter) => chapter.step === step)?.facts.map((fact) => fact.what) ?? [];
}

describe('explain', () => {
  it('tells every step with its numbers, times from the receipt, and its source', async () => {
    const story = tell(team.teamId, await readStory(database.db, team.teamId, signalId));
    expect(story).toMatchObject({ signal_id: signalId, outcome: 'order.filled', total_ms: 22, waiting: [] });
    expect(story.chapters.map((chapter) => chapter.step)).toEqual([
      'receive',
      'decide',
      'place',
      'route',
      'listen',
      'apply',
      'book',
      'publish',
    ]);
    expect(facts(story, 'decide')).toEqual(['check halted: passed', 'check max_notional: passed', 'approved']);
    expect(story.chapters[1]?.facts[1]?.details).toEqual({ limit: '1000', notional: '301.5' });
    expect(story.chapters[3]?.facts[0]).toMatchObject({
      what: 'claim for paper',
      ms: 4,
      details: { attempt: '1', halt_generation: '4', venue_order_id: 'venue-1' },
    });
    expect(facts(story, 'apply')).toEqual(['fill 3 at 100.5', 'order is filled']);
    expect(facts(story, 'book')).toEqual(['cash -15075 USD', 'position:ES 15075 USD']);
    expect(facts(story, 'publish')).toEqual(['order.filled as orders#41']);
    for (const chapter of story.chapters) expect(chapter.source).toMatch(/^libs\/.*\.ts$/);
  });

  it.each([
    ['the signal', () => signalId],
    ['our order id', () => orderId],
    ['the client order id', () => 'client-1'],
    ['the venue’s order id', () => 'venue-1'],
  ])('finds it by %s', async (_what, id) => {
    expect(await findSignal(database.db, team.teamId, id())).toBe(signalId);
  });

  it('shows nothing to another team', async () => {
    expect(await findSignal(database.db, other.teamId, signalId)).toBeUndefined();
    await expect(readStory(database.db, other.teamId, signalId)).rejects.toThrow(/no longer kept/);
  });

  it('says what still waits while there is no outcome', async () => {
    const waiting = newId();
    await database.admin(`delete from keelson.stream_events where signal_id = $1`, [signalId]);
    await database.admin(
      `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload, attempts) values ($1, 'route', $2, $3, 'submit_order', 'k', '{}', 2)`,
      [waiting, team.teamId, signalId],
    );
    const story = tell(team.teamId, await readStory(database.db, team.teamId, signalId));
    expect(story.outcome).toBeNull();
    expect(story.waiting).toEqual([
      expect.objectContaining({ what: 'submit_order waits for route', details: { attempts: '2' } }),
    ]);
  });

  it('is a tree on a terminal and one document with --json, for whichever team it belongs to', async () => {
    const environment = { DATABASE_URL: database.appUrl };
    const tree = await keelson(['explain', orderId], environment);
    expect(tree.stdout).toMatch(/├─ decide +libs\/trading\/risk/);
    expect(tree.stdout).toContain('body={"key":"***"');
    const json = await keelson(['explain', orderId, '--json'], environment);
    expect(JSON.parse(json.stdout)).toMatchObject({ signal_id: signalId, team_id: team.teamId });
  });

  it('fails for an id that nobody knows', async () => {
    const { code, stderr } = await keelson(['explain', 'nothing'], { DATABASE_URL: database.appUrl });
    expect(code).toBe(1);
    expect(stderr).toMatch(/known as "nothing"/);
  });
});
