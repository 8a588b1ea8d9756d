import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { EmulatedUpdate } from './model.ts';

interface Client {
  authorized: boolean;
  listening: boolean;
}

interface Credentials {
  readonly key_id?: string;
  readonly secret_key?: string;
}

/** The account's stream: `authenticate` (or `auth`), `listen`, then `trade_updates`, in binary frames as on paper. */
export class Updates {
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #clients = new Map<WebSocket, Client>();
  readonly #isAuthorized: (keyId: string, secretKey: string) => boolean;

  constructor(isAuthorized: (keyId: string, secretKey: string) => boolean) {
    this.#isAuthorized = isAuthorized;
  }

  get listeners(): number {
    return [...this.#clients.values()].filter(({ listening }) => listening).length;
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => {
      this.#clients.set(client, { authorized: false, listening: false });
      client.on('message', (data: RawData) => this.#hear(client, (data as Buffer).toString('utf8')));
      client.on('close', () => this.#clients.delete(client));
      client.on('error', () => client.terminate());
    });
  }

  tell(update: EmulatedUpdate): void {
    for (const [client, { listening }] of this.#clients) if (listening) send(client, 'trade_updates', update);
  }

  cut(): void {
    for (const client of this.#clients.keys()) client.terminate();
  }

  #hear(client: WebSocket, text: string): void {
    const message = JSON.parse(text) as {
      action?: string;
      key?: string;
      secret?: string;
      data?: Credentials & { streams?: string[] };
    };
    const state = this.#clients.get(client);
    if (state === undefined) return;
    if (message.action === 'authenticate' || message.action === 'auth') {
      const { key_id = message.key ?? '', secret_key = message.secret ?? '' } = message.data ?? {};
      state.authorized = this.#isAuthorized(key_id, secret_key);
      const status = state.authorized ? 'authorized' : 'unauthorized';
      send(client, 'authorization', { status, action: 'authenticate' });
    } else if (message.action === 'listen' && !state.authorized) {
      send(client, 'authorization', { status: 'unauthorized', action: 'listen' });
    } else if (message.action === 'listen') {
      const streams = (message.data?.streams ?? []).filter((name) => name === 'trade_updates');
      state.listening = streams.length > 0;
      send(client, 'listening', { streams });
    }
  }
}

function send(client: WebSocket, stream: string, data: unknown): void {
  client.send(Buffer.from(JSON.stringify({ stream, data })), { binary: true });
}
