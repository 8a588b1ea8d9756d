import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ErrorBody, errorBody } from '@keelson/contracts';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { type Answer, ApiProcess } from './support/api-process.ts';

let database: TestDatabase;
let team: SeededTeam;
let api: ApiProcess;

beforeAll(async () => {
  database = await testDatabase();
  team = await seedTeam(database);
  api = await ApiProcess.start(database.appUrl, testRedisUrl());
}, 60_000);
afterAll(async () => {
  await api.end();
  await database.close();
});

let delivered = 0;
/** An alert as a text, with the given fields as written: a value that is undefined is left out. */
function alert(change: Record<string, string | undefined> = {}): string {
  delivered += 1;
  const fields = {
    key: `"${team.webhookKey}"`,
    ticker: '"CME_MINI:ES1!"',
    action: '"buy"',
    quantity: '1.50',
    price: '"5000.25"',
    order_id: `"order ${delivered}"`,
    ...change,
  };
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{${written.map(([name, value]) => `"${name}": ${value}`).join(', ')}}`;
}

/** Quick requests share an allowance of lines a second, so it may take some. */
async function untilLogged(words: string): Promise<void> {
  for (let patience = 50; !api.log.includes(words); patience -= 1) {
    if (patience === 0) throw new Error(`The log never says ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.deliver(alert());
  }
}

const problemOf = (answer: Answer): ErrorBody['error'] => errorBody.parse(JSON.parse(answer.text)).error;

async function recorded(): Promise<{ receipts: number; signals: number; outbox: number; dedupe: number }> {
  const [row] = await database.admin<{ receipts: number; signals: number; outbox: number; dedupe: number }>(
    `select (select count(*)::int from keelson.receipts) as receipts, (select count(*)::int from keelson.signals) as signals,
            (select count(*)::int from keelson.outbox) as outbox, (select count(*)::int from keelson.webhook_dedupe) as dedupe`,
  );
  return row!;
}

/** Delivers and expects that nothing at all was written. */
async function refused(body: string | Uint8Array<ArrayBuffer>, contentType?: string, path?: string): Promise<Answer> {
  const before = await recorded();
  const answer = await api.deliver(body, contentType, path);
  expect(await recorded()).toEqual(before);
  return answer;
}

describe('a delivery that is accepted', () => {
  it('is answered 202 with its signal, whose receipt, dedupe row and message are committed', async () => {
    const before = await recorded();
    const answer = await api.deliver(alert());
    expect(answer.status).toBe(202);
    const { signal_id: signalId, status } = JSON.parse(answer.text) as Record<string, string>;
    expect(status).toBe('accepted');
    const after = await recorded();
    for (const table of ['receipts', 'signals', 'outbox', 'dedupe'] as const)
      expect(after[table]).toBe(before[table] + 1);
    const [signal] = await database.admin(
      'select symbol, side, quantity, price from keelson.signals where signal_id = $1',
      [signalId],
    );
    expect(signal).toEqual({ symbol: 'ES', side: 'buy', quantity: '1.500000000000', price: '5000.250000000000' });
  });

  it.each([
    ['as text/plain', 'text/plain; charset=utf-8', ''],
    ['at the opaque path of its key', 'application/json', 'own path'],
  ])('may come %s', async (_how, contentType, path) => {
    const answer = await api.deliver(alert(), contentType, path && `/${team.pathId}`);
    expect(answer.status).toBe(202);
  });

  it('sent four times is one signal, and every answer has the same bytes', async () => {
    const before = await recorded();
    const body = alert();
    const answers = [];
    for (let time = 0; time < 4; time += 1) answers.push(await api.deliver(body));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await recorded()).signals).toBe(before.signals + 1);
  });

  it('leads its own key nowhere: not into receipts, messages, answers or the log', async () => {
    const answer = await api.deliver(alert({ id: '"canary"' }));
    const wrong = await api.deliver(alert({ quantity: '-1', [team.webhookKey]: '1' }));
    const broken = await api.deliver(`{"key": "${team.webhookKey}", "ticker": ES}`);
    const repeated = await api.deliver(alert({ order_id: `"${team.webhookKey}"` }));
    expect([answer, wrong, broken, repeated].map(({ status }) => status)).toEqual([202, 400, 400, 400]);
    for (const { text } of [answer, wrong, broken, repeated]) expect(text).not.toContain(team.webhookKey);
    const [kept] = await database.admin<{ text: string }>(
      `select string_agg(r::text, ' ') || (select string_agg(o::text, ' ') from keelson.outbox o) as text from keelson.receipts r`,
    );
    expect(kept!.text).toContain('***');
    expect(kept!.text).not.toContain(team.webhookKey);
    await untilLogged('/api/v1/webhooks/tradingview');
    expect(api.log).not.toContain(team.webhookKey);
  });
});

describe('a delivery that is refused', () => {
  it.each([
    ['a wrong key', { key: `"kw_${'x'.repeat(43)}"` }],
    ['a key that is no key', { key: '17' }],
    ['no key', { key: undefined }],
  ])('for %s is answered 401 and leaves nothing', async (_what, change) => {
    const answer = await refused(alert(change));
    expect(answer.status).toBe(401);
    expect(problemOf(answer)).toMatchObject({ code: 'AUTHENTICATION_REQUIRED', details: [{ field: 'key' }] });
  });

  it('for the path of another key is answered 401', async () => {
    const other = await seedTeam(database);
    expect((await refused(alert(), 'application/json', `/${other.pathId}`)).status).toBe(401);
  });

  it.each([
    ['negative quantity', { quantity: '-1' }, 'quantity', 'negative'],
    ['quantity zero', { quantity: '0.000' }, 'quantity', 'more than zero'],
    ['1e999', { quantity: '1e999' }, 'quantity', 'exponent'],
    ['an exponent in a text', { price: '"5e3"' }, 'price', 'exponent'],
    ['NaN in a text', { quantity: '"NaN"' }, 'quantity', 'plain decimal'],
    ['thirteen decimals', { quantity: '0.1234567890123' }, 'quantity', '12 decimals'],
    ['nineteen digits', { price: '1234567890123456789' }, 'price', '18 digits'],
    ['another action', { action: '"BUY"' }, 'action', '"buy" or "sell"'],
    ['a missing field', { order_id: undefined }, 'order_id', 'missing'],
    ['an unknown field', { qty: '1' }, 'qty', 'allowed are key, ticker'],
    ['a list', { ticker: '["ES"]' }, 'ticker', 'not a list'],
    ['a time without a zone', { time: '"2026-11-21 09:30"' }, 'time', 'milliseconds since 1970'],
  ])('for %s is answered 400 with the field and what it must be', async (_what, change, field, words) => {
    const answer = await refused(alert(change));
    expect(answer.status).toBe(400);
    const problem = problemOf(answer);
    expect(problem.code).toBe('VALIDATION_ERROR');
    expect(problem.details.map((detail) => detail.field)).toEqual([field]);
    expect(problem.message).toContain(words);
  });

  it('for an unknown symbol is answered 422 with the ticker', async () => {
    const answer = await refused(alert({ ticker: '"NYSE:NOTHING"' }));
    expect(answer.status).toBe(422);
    expect(problemOf(answer)).toMatchObject({ code: 'UNPROCESSABLE_ENTITY', details: [{ field: 'ticker' }] });
    expect(problemOf(answer).message).toContain('NYSE:NOTHING');
  });

  it.each([
    ['a comma too many', '{"key": "k", }', 14],
    ['NaN', '{"quantity": NaN}', 14],
    ['a field written twice', '{"key": "a", "key": "b"}', 14],
    ['six levels', '{"a":[[[[[1]]]]]}', 10],
    ['a second document', '{} {}', 4],
    ['nothing', ' ', 2],
    ['a placeholder that was not filled in', '{"quantity": {{strategy.order.contracts}}}', 15],
  ])('for %s is answered 400 with the column, whatever the content type', async (_what, body, column) => {
    for (const contentType of ['application/json', 'text/plain']) {
      const answer = await refused(body, contentType);
      expect(answer.status).toBe(400);
      expect(problemOf(answer).details).toMatchObject([{ column }]);
      expect(problemOf(answer).message).toContain(`column ${column}`);
    }
  });

  it('for bytes that are no UTF-8 is answered 400', async () => {
    const answer = await refused(new Uint8Array([0x7b, 0xff, 0x7d]));
    expect([answer.status, problemOf(answer).message]).toEqual([400, 'The body is not UTF-8 text']);
  });

  it('for a megabyte is answered 413, for another content type 415, for another source 404', async () => {
    const large = await refused(`{"key": "${'x'.repeat(1_000_000)}"}`);
    const form = await refused('key=1', 'application/x-www-form-urlencoded');
    const xml = await refused('<key/>', 'application/xml');
    const source = await api.request('/api/v1/webhooks/nobody', { method: 'POST', body: alert() });
    expect([large.status, form.status, xml.status, source.status]).toEqual([413, 415, 415, 404]);
    expect([large, form, xml, source].map((answer) => problemOf(answer).code)).toEqual([
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'UNSUPPORTED_MEDIA_TYPE',
      'NOT_FOUND',
    ]);
  });

  it('above the allowance of its key is answered 429 with Retry-After; the headers count down before', async () => {
    const limited = await seedTeam(database, { rateLimitPerMinute: 2 });
    const send = () => api.deliver(alert({ key: `"${limited.webhookKey}"` }));
    const answers = [await send(), await send(), await send()];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['1', '0', '0']);
    expect(Number(answers[2]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(problemOf(answers[2]!).code).toBe('RATE_LIMITED');
  });

  it('shows in the metrics by its outcome', async () => {
    const { text } = await api.request('/metrics');
    for (const outcome of ['accepted', 'repeated', 'malformed', 'unauthenticated', 'invalid', 'unknown_symbol']) {
      expect(text).toMatch(new RegExp(`keelson_signals_received_total\\{outcome="${outcome}"\\} [1-9]`));
    }
  });
});
