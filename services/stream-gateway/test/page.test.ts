import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { testRedisUrl } from '@keelson/testkit';
import { Redis } from 'ioredis';
import { type Browser, chromium, type Page } from 'playwright-core';
import { writeEvents } from './support/events.ts';
import { Surroundings, TestGateway } from './support/gateway.ts';

const CHROMIUM = process.env['KEELSON_CHROMIUM'] ?? '/usr/bin/chromium';
const FOLDER = join(import.meta.dirname, '../../api/public');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The page's files under the policy that it promises to work with; the api's own routes have their tests there. */
function servePage(): Promise<Server> {
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : request.url!.slice(1);
    readFile(join(FOLDER, name)).then(
      (content) => {
        response.setHeader('content-security-policy', "default-src 'self'; connect-src 'self' ws: wss:");
        response.setHeader('content-type', TYPES[extname(name)] ?? 'application/octet-stream');
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const hasBrowser = existsSync(CHROMIUM);
if (!hasBrowser) {
  process.stderr.write(`The page is not tested: no browser at ${CHROMIUM}; install chromium or set KEELSON_CHROMIUM\n`);
}

let around: Surroundings;
let gateway: TestGateway;
let server: Server;
let redis: Redis;
let browser: Browser;
const complaints: string[] = [];

beforeAll(async () => {
  if (!hasBrowser) return;
  around = await Surroundings.create();
  [gateway, server, browser] = await Promise.all([
    TestGateway.start(around),
    servePage(),
    chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] }),
  ]);
  redis = new Redis(testRedisUrl());
}, 30_000);
afterAll(async () => {
  if (!hasBrowser) return;
  await browser.close();
  await gateway.stop();
  redis.disconnect();
  server.close();
  await around.database.close();
});

async function open(fragment = ''): Promise<Page> {
  const page = await browser.newPage();
  // Routes of the api are not served here; that they are missing is no fault of the page.
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as { port: number }).port}/${fragment}`);
  return page;
}

const filled = (symbol: string) => {
  const at = (msAgo: number) => new Date(Date.now() - msAgo).toISOString();
  const steps = {
    received_at: at(20),
    decided_at: at(16),
    submitted_at: at(14),
    answered_at: at(4),
    booked_at: at(3),
  };
  const order = {
    order_id: newId(),
    symbol,
    side: 'buy',
    quantity: '2',
    filled_quantity: '2',
    average_price: '101.5',
  };
  return { event: 'order.filled', data: { signal_id: newId(), status: 'filled', ...order, steps } };
};

const inBrowser = hasBrowser ? describe : describe.skip;

inBrowser('the start page, live', () => {
  it('shows what happened before, then each order as it is filled, with the time of each hop', async () => {
    await writeEvents(around.database, around.teamId, 1, filled('BEFORE'));
    const token = await around.token();
    const page = await open(`#token=${token}&stream=${gateway.url}`);
    await page.getByText('BEFORE', { exact: true }).waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect(await page.locator('#connection-text').textContent()).toBe('Live');
    expect(await page.locator('.hop').allTextContents()).toEqual(['', 'same commit', '', '', '', '']);
    await writeEvents(around.database, around.teamId, 1, { redis, ...filled('LIVE') });
    await page.getByText('LIVE', { exact: true }).waitFor();
    const cells = await page.locator('#rows tr').first().locator('td').allTextContents();
    expect(cells.slice(1, 6)).toEqual(['LIVE', 'buy', '2', '101.5', 'filled']);
    const hops = await page.locator('.hop').allTextContents();
    expect(hops.slice(0, 5)).toEqual(['4 ms', 'same commit', '2 ms', '10 ms', '1 ms']);
    expect(hops[5]).toMatch(/ms$/);
    await page.close();
  }, 20_000);

  it('resumes by itself after the gateway closed the connection, and says so', async () => {
    const page = await open(`#token=${await around.token()}&stream=${gateway.url}`);
    await page.getByText('Live', { exact: true }).waitFor();
    const last = await writeEvents(around.database, around.teamId, 1, { redis, ...filled('FIRST') });
    await page.getByText('FIRST', { exact: true }).waitFor();
    gateway.connections.closeAll();
    await page.getByText(/^Reconnecting in/).waitFor();
    await writeEvents(around.database, around.teamId, 1, { redis, ...filled('MISSED') });
    await page.getByText('MISSED', { exact: true }).waitFor();
    expect(await page.locator('#connection-text').textContent()).toContain(`Live, resumed after orders ${last}`);
    await page.close();
  }, 20_000);
});

inBrowser('the start page for who comes in', () => {
  it('shows the trading state, and asks for a token when it has none or a bad one', async () => {
    const page = await open(`#token=bad&stream=${gateway.url}`);
    await page.getByRole('alert').filter({ hasText: 'token' }).waitFor();
    await page.getByLabel('Access token').fill(await around.token());
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await page.locator('#trading-word').textContent()).toBe('Unknown');
    const data = { from: 'ACTIVE', to: 'HALTED', reason: 'a drill', actor: 'test', halt_generation: 1 };
    await writeEvents(around.database, around.teamId, 1, {
      redis,
      channel: 'system',
      event: 'trading_state.changed',
      data,
    });
    await page.getByText('HALTED', { exact: true }).waitFor();
    expect(await page.locator('#trading-reason').textContent()).toContain('a drill');
    await page.close();
  }, 20_000);

  it('breaks neither its content security policy nor anything else', () => {
    expect(complaints).toEqual([]);
  });
});
