import { once } from 'node:events';
import type { ClientFrame, ServerFrame } from '@keelson/contracts';
import { WebSocket } from 'ws';

/** A client without a mind of its own: says what the test says, and keeps what it hears. */
export class TestSocket {
  readonly socket: WebSocket;
  readonly heard: ServerFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, protocols: string[] = []) {
    this.socket = new WebSocket(url, protocols, { perMessageDeflate: false });
    this.socket.on('message', (data) => this.heard.push(JSON.parse((data as Buffer).toString()) as ServerFrame));
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Connected, authenticated by subprotocol, and told so. */
  static async ready(url: string, token: string): Promise<TestSocket> {
    const socket = new TestSocket(url, ['keelson.v1', token]);
    await socket.hear('ready');
    return socket;
  }

  async open(): Promise<this> {
    if (this.socket.readyState === WebSocket.CONNECTING) await once(this.socket, 'open');
    return this;
  }

  say(frame: ClientFrame | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The nth frame of a type, as soon as it is there. */
  async hear<Type extends ServerFrame['type']>(
    type: Type,
    nth = 1,
    withinMs = 5_000,
  ): Promise<Extract<ServerFrame, { type: Type }>> {
    const end = Date.now() + withinMs;
    for (;;) {
      const found = this.heard.filter((frame) => frame.type === type)[nth - 1];
      if (found) return found as Extract<ServerFrame, { type: Type }>;
      if (Date.now() > end) throw new Error(`No ${type} came, only ${JSON.stringify(this.heard).slice(0, 500)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  offsets(): number[] {
    return this.heard.flatMap((frame) => (frame.type === 'event' ? [frame.offset] : []));
  }
}
