import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { ApiProcess } from './support/api-process.ts';

type Row = Record<string, unknown>;
interface Page {
  readonly data: Row[];
  readonly next: string | null;
}

let database: TestDatabase;
let ours: SeededTeam;
let theirs: SeededTeam;
let api: ApiProcess;

beforeAll(async () => {
  database = await testDatabase();
  [ours, theirs] = [await seedTeam(database), await seedTeam(database)];
  await database.admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
                        values ('NQ', 'E-mini Nasdaq', 'future', 'USD', 0.25, 20)`);
  for (const team of [ours, theirs]) await writeHistory(team);
  api = await ApiProcess.start(database.appUrl, testRedisUrl());
}, 60_000);
afterAll(async () => {
  await api.end();
  await database.close();
});

/** Five filled orders and trades of two symbols, the first three of one instant; one trade is open, one position flat. */
async function writeHistory({ teamId, accountId, webhookKeyId }: SeededTeam): Promise<void> {
  for (let number = 0; number < 5; number += 1) {
    const [signal, receipt, intent, symbol] = [newId(), newId(), newId(), number % 2 === 0 ? 'ES' : 'NQ'];
    const at = `2026-11-20T10:00:0${Math.max(number, 2)}.123456Z`;
    await database.admin(
      `insert into keelson.receipts values ($1, $2, $3, 'tradingview', 'application/json', '{}', '\\x00', $4)`,
      [receipt, teamId, webhookKeyId, at],
    );
    await database.admin(
      `insert into keelson.signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price, received_at, expires_at)
       values ($1, $2, $3, $4, 'test', $5, 'buy', 3, 5000, $6, $6)`,
      [signal, teamId, receipt, accountId, symbol, at],
    );
    await database.admin(
      `insert into keelson.intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional)
       values ($1, $2, $3, $4, $5, 'buy', 3, 15000)`,
      [intent, teamId, signal, accountId, symbol],
    );
    await database.admin(
      `insert into keelson.orders (order_id, submit_message_id, team_id, intent_id, signal_id, account_id, broker, client_order_id, symbol, side,
         type, quantity, reference_price, multiplier, currency, status, filled_quantity, filled_value, reserved, expires_at, created_at)
       values ($1, $1, $2, $3, $4, $5, 'paper', $6, $7, 'buy', 'market', 3, 5000.5, 50, 'USD', $8, 3, 15001, 0, $9, $9)`,
      [newId(), teamId, intent, signal, accountId, `order-${intent}`, symbol, number === 4 ? 'rejected' : 'filled', at],
    );
    await database.admin(
      `insert into keelson.trades (trade_id, team_id, account_id, symbol, direction, quantity, entry_price, exit_price,
         exit_quantity, realised_profit, opened_by, opened_at, closed_at)
       values ($1, $2, $3, $4, 'long', 1.50, 5000.25, $5, 0, -12.5, $6, $7, $8)`,
      [newId(), teamId, accountId, symbol, number === 4 ? null : '5001', signal, at, number === 4 ? null : at],
    );
  }
  await database.admin(
    `insert into keelson.positions (account_id, symbol, team_id, quantity, average_price, cost)
     values ($1, 'ES', $2, -1.5, 5000.25, 375018.75), ($1, 'NQ', $2, 0, 0, 0)`,
    [accountId, teamId],
  );
}

const read = (path: string, team = ours) => api.read<Page>(path, team.teamId);

describe.each(['trades', 'orders', 'positions'])('GET /api/v1/%s', (list) => {
  it('shows a team what is its own, and nothing to a stranger or without a token', async () => {
    for (const team of [ours, theirs]) {
      const { status, body } = await read(list, team);
      expect(status).toBe(200);
      expect(body.data).toHaveLength(list === 'positions' ? 2 : 5);
      expect(new Set(body.data.map((row) => row['account_id']))).toEqual(new Set([team.accountId]));
    }
    const stranger = await api.read<Page>(list, newId());
    expect(stranger.body).toEqual({ data: [], next: null });
    const anonymous = await api.request(`/api/v1/${list}`);
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  it('gives every row once, page by page, also where many have one instant', async () => {
    const whole = (await read(list)).body.data;
    const paged: Row[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body } = await read(`${list}?limit=1${next && `&before=${encodeURIComponent(next)}`}`);
      expect(body.data).toHaveLength(1);
      paged.push(...body.data);
      next = body.next;
    }
    expect(paged).toEqual(whole);
  });

  it('keeps to one symbol', async () => {
    const { body } = await read(`${list}?symbol=NQ`);
    expect(body.data.length).toBeGreaterThan(0);
    expect(new Set(body.data.map((row) => row['symbol']))).toEqual(new Set(['NQ']));
  });

  it.each(['limit=0', 'limit=201', 'limit=many', 'status=nonsense', 'before=nonsense', 'sort=up'])(
    'answers ?%s with 400 and the name of the parameter',
    async (query) => {
      const { status, body } = await api.read<{ error: { code: string; message: string; details: unknown[] } }>(
        `${list}?${query}`,
        ours.teamId,
      );
      expect([status, body.error.code]).toEqual([400, 'VALIDATION_ERROR']);
      expect(JSON.stringify(body.error.details)).toContain(query.split('=')[0]);
    },
  );
});

describe('what a row says', () => {
  it('of a trade: exact decimals as text, open or closed', async () => {
    const open = (await read('trades?status=open')).body.data;
    expect(open).toMatchObject([{ symbol: 'ES', status: 'open', exit_price: null, closed_at: null }]);
    const closed = (await read('trades?status=closed')).body.data;
    expect(closed).toHaveLength(4);
    expect(closed[0]).toMatchObject({
      quantity: '1.5',
      entry_price: '5000.25',
      realised_profit: '-12.5',
      status: 'closed',
    });
  });

  it('of an order: the average price of its fills', async () => {
    const rejected = (await read('orders?status=rejected')).body.data;
    expect(rejected).toHaveLength(1);
    const [filled] = (await read('orders?status=filled')).body.data;
    expect(filled).toMatchObject({ quantity: '3', filled_quantity: '3', average_price: '5000.333333333333' });
  });

  it('of a position: negative when short, and flat ones apart', async () => {
    expect((await read('positions?status=open')).body.data).toMatchObject([{ symbol: 'ES', quantity: '-1.5' }]);
    expect((await read('positions?status=flat')).body.data).toMatchObject([{ symbol: 'NQ', quantity: '0' }]);
  });
});

describe('what is the same for every team', () => {
  it('instruments, by symbol', async () => {
    const { body } = await api.read<Page>('instruments', theirs.teamId);
    const known = body.data.map(({ symbol, multiplier }) => [symbol, multiplier]);
    expect(known).toEqual(
      expect.arrayContaining([
        ['ES', '50'],
        ['NQ', '20'],
      ]),
    );
  });

  it('the trading state, with the reason of the scope that binds', async () => {
    const before = await api.read<Row>('trading-state', ours.teamId);
    expect(before.body).toMatchObject({ state: 'ACTIVE', reason: 'first start' });
    await database.admin(
      `update keelson.trading_states set state = 'HALTED', reason = 'drill', halt_generation = 7 where scope = 'platform'`,
    );
    const after = await api.read<Row>('trading-state', ours.teamId);
    expect(after.body).toMatchObject({ state: 'HALTED', reason: 'drill', halt_generation: '7' });
    await database.admin(`delete from keelson.trading_states`);
    expect((await api.read<Row>('trading-state', ours.teamId)).body).toMatchObject({ state: 'HALTED' });
  });

  it('service lights: who holds a connection', async () => {
    const { body } = await api.read<{ services: Row[] }>('services', ours.teamId);
    expect(body.services).toContainEqual({ name: 'api', state: 'ready' });
    expect(body.services).toContainEqual({ name: 'worker', state: 'absent' });
  });
});

describe('the start page', () => {
  it('comes with a policy that allows no foreign script, and is asked for each time', async () => {
    const page = await api.request('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self';/);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const headers = { 'if-none-match': page.headers.get('etag')!, 'cache-control': 'max-age=0' };
    const again = await api.request('/', { headers });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it('leaves everything outside its folder alone', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/.gitignore']) {
      const { status, text } = await api.request(path);
      expect([status, JSON.parse(text).error.code]).toEqual([404, 'NOT_FOUND']);
    }
  });
});
