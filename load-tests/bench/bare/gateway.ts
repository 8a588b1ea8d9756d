import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { type WebSocket, WebSocketServer } from 'ws';
import { connections, transact } from './database.ts';
import { addresses, HINTS, ready } from './role.ts';

/** A hint over Redis → what is new in Postgres → frames. One client a team is enough for a load. */
const { databaseUrl, redisUrl } = addresses();
const pool = connections(databaseUrl, 5);

class Stream {
  readonly #teamId: string;
  readonly #client: WebSocket;
  #sent = 0;
  #reading = false;
  #again = false;

  constructor(teamId: string, client: WebSocket) {
    this.#teamId = teamId;
    this.#client = client;
  }

  /** Everything from now on. */
  async subscribe(): Promise<void> {
    const last = {
      name: 'last',
      text: 'select last_offset from bare.channels where team_id = $1',
      values: [this.#teamId],
    };
    const [rows] = await transact(pool, this.#teamId, last);
    this.#sent = Number(rows?.[0]?.['last_offset'] ?? 0);
    this.#client.send(JSON.stringify({ type: 'subscribed', channel: 'orders', offset: this.#sent }));
  }

  /** Reads on; hints that come meanwhile are one more look. */
  async read(): Promise<void> {
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      const text = `select event_offset, data from bare.events where team_id = $1 and event_offset > $2 order by event_offset`;
      const [rows] = await transact(pool, this.#teamId, { name: 'new', text, values: [this.#teamId, this.#sent] });
      for (const { event_offset: offset, data } of rows ?? []) {
        this.#sent = Number(offset);
        const frame = { type: 'event', channel: 'orders', offset: this.#sent, event: 'order.filled', data };
        this.#client.send(JSON.stringify(frame));
      }
    }
    this.#reading = false;
  }
}

const fail = (error: Error): never => {
  process.stderr.write(`bare gateway: ${error.message}\n`);
  process.exit(1);
};
const streams = new Map<string, Stream>();
const server = createServer();
new WebSocketServer({ server, handleProtocols: () => 'keelson.v1' }).on('connection', (client, request) => {
  // The token is the team: the bare pipeline checks no tokens.
  const teamId = request.headers['sec-websocket-protocol']?.split(', ')[1] ?? '';
  const stream = new Stream(teamId, client);
  client.on('message', () => {
    streams.set(teamId, stream);
    stream.subscribe().catch(fail);
  });
  client.on('close', () => streams.delete(teamId));
});
const hints = new Redis(redisUrl);
hints.on('message', (_, teamId) => void streams.get(teamId)?.read().catch(fail));
await hints.subscribe(HINTS);
server.listen(0, '127.0.0.1', () => ready((server.address() as AddressInfo).port));
