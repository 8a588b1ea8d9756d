import type { Socket } from 'node:net';
import type { ServerFrame } from '@keelson/contracts';
import { type FrameBatch, textMessage } from '@keelson/stream';
import { WebSocket } from 'ws';
import type { CloseCode } from './close-code.ts';

/**
 * The bytes of one connection. Events are written to the TCP socket as finished WebSocket messages that all clients of
 * a team share; `ws` does everything else (handshake, masking, ping, close). Both write whole messages at once, so they
 * cannot mix; that needs compression off, which `ws` would do in its own time.
 */
export class Wire {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;

  constructor(webSocket: WebSocket, socket: Socket) {
    this.#webSocket = webSocket;
    this.#socket = socket;
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === WebSocket.OPEN && !this.#socket.destroyed;
  }

  /** Bytes that wait in this process because the client, or the way to it, is slow. */
  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  events(batch: FrameBatch): void {
    if (this.isOpen) this.#socket.write(batch.bytes);
  }

  say(frame: ServerFrame): void {
    if (this.isOpen) this.#socket.write(textMessage(JSON.stringify(frame)));
  }

  ping(): void {
    if (this.isOpen) this.#webSocket.ping();
  }

  /** Resolves when fewer bytes than the limit wait; false when the connection is closed. */
  async hasRoom(limitBytes: number): Promise<boolean> {
    if (this.isOpen && this.waitingBytes >= limitBytes) await this.#drainedOrClosed();
    return this.isOpen;
  }

  close(code: CloseCode, reason: string): void {
    this.#webSocket.close(code, reason.slice(0, 120));
  }

  /** Without goodbye: for a client that does not answer. */
  cut(): void {
    this.#webSocket.terminate();
  }

  #drainedOrClosed(): Promise<void> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.on('drain', done).on('close', done);
    });
  }
}
