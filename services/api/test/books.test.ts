import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { closeDay, moveCapital, snapshotTeam } from '@keelson/ledger';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { ApiProcess } from './support/api-process.ts';

type Row = Record<string, unknown>;

let database: TestDatabase;
let ours: SeededTeam;
let stranger: SeededTeam;
let api: ApiProcess;
const DAY = '2026-03-02';

beforeAll(async () => {
  database = await testDatabase();
  [ours, stranger] = [await seedTeam(database), await seedTeam(database)];
  await writeBooks(ours);
  api = await ApiProcess.start(database.appUrl, testRedisUrl());
}, 60_000);
afterAll(async () => {
  await api.end();
  await database.close();
});

/** A deposit, a closed day, a position with a quote, three trades: one won, one open, one voided. */
async function writeBooks({ teamId, accountId }: SeededTeam): Promise<void> {
  const { db } = database;
  const at = new Date(`${DAY}T15:00:00Z`);
  await db.transaction(teamId, (tx) =>
    moveCapital(tx, { teamId, accountId, amount: '100000.50', currency: 'USD', reference: 'opening', at }),
  );
  await closeDay(db, { teamId, accountId, day: DAY, now: new Date('2026-03-04T12:00:00Z') });
  await database.admin(
    `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('ES', 5009.75, 5010.25, 5010, 'test', now())`,
  );
  await database.admin(
    `insert into keelson.positions (account_id, symbol, team_id, quantity, average_price, cost, currency, multiplier)
     values ($1, 'ES', $2, -2, 5000, 500000, 'USD', 50)`,
    [accountId, teamId],
  );
  const trade = (values: string) =>
    database.admin(
      `insert into keelson.trades (trade_id, team_id, account_id, symbol, direction, quantity, entry_price, multiplier, currency,
         strategy, exit_price, exit_quantity, realised_profit, fees, initial_risk, stop_price, lowest_price, highest_price,
         excursions_from, opened_at, closed_at, voided_at)
       values ($1, $2, $3, 'ES', 'long', 2, 5000, 50, 'USD', ${values})`,
      [newId(), teamId, accountId],
    );
  await trade(`'breakout', 5010, 2, 1000, 9, 500, 4995, 4997, 5012, 'quotes', '${DAY}T15:00Z', '${DAY}T15:30Z', null`);
  await trade(`'other', null, 0, 0, 4.5, null, null, 5000, 5000, 'fills', '${DAY}T16:00Z', null, null`);
  await trade(`'other', null, 0, 0, 0, null, null, 5000, 5000, 'fills', '${DAY}T17:00Z', '${DAY}T17:01Z', now()`);
  await snapshotTeam(db, teamId, new Date('2026-03-04T12:00:00Z'));
}

const read = <T = { data: Row[] }>(path: string, team = ours) => api.read<T>(path, team.teamId);

describe('GET /api/v1/trades', () => {
  it('says R, excursions, duration and what is left after fees', async () => {
    const { body } = await read('trades?strategy=breakout');
    expect(body.data).toMatchObject([
      {
        realised_profit: '1000',
        fees: '9',
        net_profit: '991',
        initial_risk: '500',
        r_multiple: '1.982',
        maximum_adverse_excursion: '-300',
        maximum_favourable_excursion: '1200',
        excursions_from: 'quotes',
        duration_seconds: 1_800,
      },
    ]);
  });

  it('leaves out R and duration where they are not known, and trades that a bust voided', async () => {
    const { body } = await read('trades?strategy=other');
    expect(body.data).toMatchObject([{ status: 'open', r_multiple: null, duration_seconds: null, net_profit: '-4.5' }]);
    expect((await read('trades')).body.data).toHaveLength(2);
  });
});

describe('GET /api/v1/positions', () => {
  it('marks them by the last quote', async () => {
    const { body } = await read('positions');
    expect(body.data).toMatchObject([
      { quantity: '-2', unrealised_profit: '-1000', mark_price: '5010', currency: 'USD' },
    ]);
  });
});

describe('GET /api/v1/balances and /portfolio', () => {
  it('say what the account has and is worth', async () => {
    expect((await read('balances')).body.data).toMatchObject([
      { account_id: ours.accountId, currency: 'USD', cash: '100000.5' },
    ]);
    expect((await read('portfolio')).body.data).toEqual([
      {
        account_id: ours.accountId,
        currency: 'USD',
        cash: '100000.5',
        positions_value: '-1000',
        unrealised_profit: '-1000',
        equity: '99000.5',
        unpriced: [],
      },
    ]);
    const history = await read('portfolio/history');
    expect(history.body.data).toHaveLength(1);
    expect((await read('portfolio/history?before=2026-03-04T12:00:00Z')).body.data).toEqual([]);
  });
});

describe('GET /api/v1/reconciliation', () => {
  const drift = newId();
  interface Answer {
    readonly accounts: Row[];
    readonly drifts: Row[];
  }

  it('says when accounts were last compared, what differs, and with drifts=all what is mended', async () => {
    await database.admin(
      `update keelson.reconciliations
          set state = 'differing', checked_at = '2026-03-02T15:00Z', vouched_until = null, checks = 7 where account_id = $1`,
      [ours.accountId],
    );
    const add = (id: string, ended: boolean) =>
      database.admin(
        `insert into keelson.reconciliation_drifts
           (drift_id, team_id, account_id, broker, kind, subject, symbol, ours, venue, treatment, state, ended_at)
         values ($1, $2, $3, 'paper', 'wrong_quantity', 'ES', 'ES', '{"quantity":"2"}', '{"quantity":"3"}', 'operator',
                 case when $4 then 'repaired' else 'open' end, case when $4 then now() end)`,
        [id, ours.teamId, ours.accountId, ended],
      );
    await add(drift, false);
    await add(newId(), true);
    const { body } = await read<Answer>('reconciliation');
    const standing = { account_id: ours.accountId, state: 'differing', vouched: false, checks: 7 };
    expect(body.accounts).toMatchObject([{ ...standing, checked_at: '2026-03-02T15:00:00.000Z', failure: null }]);
    const difference = { ours: { quantity: '2' }, venue: { quantity: '3' } };
    expect(body.drifts).toMatchObject([{ drift_id: drift, kind: 'wrong_quantity', state: 'open', ...difference }]);
    expect((await read<Answer>('reconciliation?drifts=all')).body.drifts).toHaveLength(2);
    expect((await read(`reconciliation?account_id=nonsense`)).status).toBe(400);
  });

  it('shows each team its own', async () => {
    const { body } = await read<Answer>(`reconciliation?drifts=all`, stranger);
    expect(body.accounts).toMatchObject([{ account_id: stranger.accountId }]);
    expect(body.drifts).toEqual([]);
    const asked = await read<Answer>(`reconciliation?drifts=all&account_id=${ours.accountId}`, stranger);
    expect(asked.body).toEqual({ accounts: [], drifts: [] });
  });
});

describe('GET /api/v1/statements/:day', () => {
  it('gives what was closed, with its hash', async () => {
    const { body } = await read(`statements/${DAY}`);
    expect(body.data).toMatchObject([
      { trading_day: DAY, currencies: [{ currency: 'USD', moved: { deposits: '100000.5' }, closing: '100000.5' }] },
    ]);
    expect(body.data[0]!['content_sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('answers an open day with 404, and no day at all with 400', async () => {
    const open = await read<{ error: Row }>('statements/2026-03-03');
    expect([open.status, open.body.error['code']]).toEqual([404, 'NOT_FOUND']);
    const nonsense = await read<{ error: Row }>('statements/today');
    expect([nonsense.status, nonsense.body.error['code']]).toEqual([400, 'VALIDATION_ERROR']);
  });
});

describe('a stranger', () => {
  it('sees nothing of it', async () => {
    for (const path of ['trades', 'positions', 'balances', 'portfolio/history']) {
      expect((await read(path, stranger)).body.data).toEqual([]);
    }
    expect((await read('portfolio', stranger)).body.data).toMatchObject([
      { account_id: stranger.accountId, equity: '0' },
    ]);
    expect((await read(`statements/${DAY}`, stranger)).status).toBe(404);
  });

  it('without a token is refused', async () => {
    for (const path of ['balances', 'portfolio', 'portfolio/history', 'reconciliation', `statements/${DAY}`]) {
      expect((await api.request(`/api/v1/${path}`)).status).toBe(401);
    }
  });
});
