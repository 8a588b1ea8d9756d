import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PaperBroker } from '../src/adapters/paper/client.ts';
import type { OrderRequest } from '../src/broker.port.ts';

/** Answers that the real venue never gives, but a proxy, a wrong address or a broken release may. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const ORDER: OrderRequest = {
  clientOrderId: 'kt-1',
  account: 'account',
  symbol: 'AAPL',
  side: 'buy',
  terms: { type: 'market', timeInForce: 'day' },
  quantity: '10',
  reduceOnly: false,
};
const VIEW = {
  venue_order_id: 'v-1',
  client_order_id: 'kt-1',
  account: 'account',
  symbol: 'AAPL',
  side: 'buy',
  quantity: '10',
  filled_quantity: '0',
  status: 'accepted',
};

let server: Server;
let broker: PaperBroker;
let answer: Answer;
let requests = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    request.on('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  broker = new PaperBroker({ url: `http://127.0.0.1:${port}`, connections: 1, queryWithin: '300 milliseconds' });
});
beforeEach(() => {
  requests = 0;
});
afterAll(async () => {
  await broker.close();
  server.closeAllConnections();
  server.close();
});

function says(status: number, body: unknown): Answer {
  return (_request, response) => {
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

function submit(withinMs = 500): ReturnType<PaperBroker['submit']> {
  return broker.submit(ORDER, new Date(Date.now() + withinMs));
}

describe('an answer outside the contract', () => {
  it.each([
    ['no JSON', says(200, '<html>welcome</html>')],
    ['nothing', says(200, '')],
    ['a field too many', says(200, { order: { ...VIEW, extra: 1 }, events: [] })],
    ['a field too few', says(200, { order: { ...VIEW, status: undefined }, events: [] })],
    ['an amount as a number', says(200, { order: { ...VIEW, quantity: 10 }, events: [] })],
    ['another order', says(200, { order: { ...VIEW, client_order_id: 'kt-2' }, events: [] })],
    ['a duplicate without its order', says(409, { code: 'duplicate_client_order_id' })],
    ['a server error', says(500, { code: 'deadline_passed', message: 'm' })],
    ['a bad gateway', says(502, 'bad gateway')],
    ['a refusal with a code nobody knows', says(422, { code: 'tired', message: 'm' })],
    ['a redirect', says(302, '')],
    ['too many requests', says(429, '')],
    [
      'a body cut short',
      (_, response) => void response.writeHead(200, { 'content-length': 100 }).write('{"o', () => response.destroy()),
    ],
    ['a body without end', (_, response) => void response.end('x'.repeat(5 * 1024 * 1024))],
    ['headers and then silence', (_, response) => void response.writeHead(200).write('{')],
    ['silence', () => undefined],
  ] satisfies [string, Answer][])('to a submission is unknown: %s', async (_name, given) => {
    answer = given;
    const outcome = await submit(1_000);
    expect(outcome).toEqual({ outcome: 'unknown', reason: expect.any(String) });
    expect(requests).toBe(1);
  });

  it('to a question is unavailable, also a 404 that is not the venue’s own', async () => {
    for (const given of [
      says(404, 'not found'),
      says(404, { code: 'invalid_request', message: 'm' }),
      says(200, '{}'),
    ]) {
      answer = given;
      expect(await broker.find('kt-1', 'account')).toMatchObject({ outcome: 'unavailable' });
      expect(await broker.cancel('kt-1', 'account')).toMatchObject({ outcome: 'unknown' });
      expect(await broker.positions('account')).toMatchObject({ outcome: 'unavailable' });
    }
    answer = says(404, { code: 'order_not_found', message: 'm' });
    expect(await broker.find('kt-1', 'account')).toEqual({ outcome: 'not_found' });
  });
});

describe('a deadline', () => {
  it('that the venue found passed means that nothing was sent', async () => {
    answer = says(422, { code: 'deadline_passed', message: 'too late' });
    expect(await submit()).toMatchObject({ outcome: 'not_sent', cause: 'deadline_passed' });
  });

  it('that has passed keeps every byte from leaving', async () => {
    answer = says(200, { order: VIEW, events: [] });
    expect(await submit(0)).toMatchObject({ outcome: 'not_sent', cause: 'deadline_passed' });
    expect(await submit()).toMatchObject({ outcome: 'accepted' });
    expect(requests).toBe(1);
  });

  it('that passes while an order waits for a connection keeps it from being sent', async () => {
    answer = (_request, response) => void sleep(300).then(() => response.end());
    const [first, second] = await Promise.all([submit(1_000), submit(100)]);
    expect(first).toMatchObject({ outcome: 'unknown' });
    expect(second).toMatchObject({ outcome: 'not_sent', cause: 'deadline_passed' });
    await sleep(100);
    expect(requests).toBe(1);
  });
});
