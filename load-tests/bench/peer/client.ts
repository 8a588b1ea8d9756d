import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/**
 * A load client in a process of its own: so many keep-alive connections, each sending its next request as soon as the
 * last is answered. It speaks bare HTTP/1.1, because on two cores a client library would take a core from the servers.
 * Prints one line of JSON; counts only what was answered, so rows in the database must be exactly `accepted`.
 */
const options = z.object({
  port: z.coerce.number().int(),
  connections: z.coerce.number().int().min(1),
  seconds: z.coerce.number().positive(),
  run: z.string().regex(/^[a-z0-9]+$/),
});

/** Makes the text of the request with this number; ids have one length, so that the head stays the same. */
function requests(port: number, key: string, run: string): () => string {
  let number = 0;
  const body = (): string => {
    const id = `${run}-${String((number += 1)).padStart(8, '0')}`;
    return `{"key":"${key}","ticker":"CME_MINI:NQ1!","action":"buy","quantity":"3","price":"21000.25","order_id":"load","id":"${id}","time":"2026-01-05T15:00:00.000Z"}`;
  };
  const length = Buffer.byteLength(body());
  const head = `POST /api/v1/webhooks/tradingview HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
  return () => head + body();
}

/** Where an answer ends in the text, and its status; undefined while it isn't complete. */
export function parseAnswer(text: string): { status: number; end: number } | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2));
  if (!length) throw new Error('an answer without content-length');
  const end = head + 4 + Number(length[1]);
  return text.length < end ? undefined : { status: Number(text.slice(9, 12)), end };
}

interface Outcome {
  accepted: number;
  refused: number;
  readonly latencies: number[];
}

function oneConnection(port: number, next: () => string, until: number, outcome: Outcome): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    let sentAt = 0;
    const send = (): void => {
      if (performance.now() >= until) {
        socket.end();
        resolve();
        return;
      }
      sentAt = performance.now();
      socket.write(next());
    };
    socket.setEncoding('latin1').once('connect', send).once('error', reject);
    socket.once('close', () =>
      performance.now() < until ? reject(new Error('the server closed the connection')) : resolve(),
    );
    socket.on('data', (chunk: string) => {
      text += chunk;
      const answer = parseAnswer(text);
      if (!answer) return;
      text = text.slice(answer.end);
      outcome.latencies.push(performance.now() - sentAt);
      if (answer.status === 202) outcome.accepted += 1;
      else outcome.refused += 1;
      send();
    });
  });
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { port: text, connections: text, seconds: text, run: text } });
  const { port, connections, seconds, run } = options.parse(values);
  const next = requests(port, process.env['WEBHOOK_KEY'] ?? '', run);
  const outcome: Outcome = { accepted: 0, refused: 0, latencies: [] };
  const started = performance.now();
  const until = started + seconds * 1_000;
  await Promise.all(Array.from({ length: connections }, () => oneConnection(port, next, until, outcome)));
  const elapsed = (performance.now() - started) / 1_000;
  const sorted = outcome.latencies.sort((left, right) => left - right);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  process.stdout.write(`${JSON.stringify({ accepted: outcome.accepted, refused: outcome.refused, elapsed, p95 })}\n`);
}

if (import.meta.main) await main();
