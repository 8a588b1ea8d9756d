import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { Faults } from './faults.ts';
import { wireEvent } from './records.ts';
import { LOG_ID } from './tokens.ts';
import { VenueLog } from './venue-log.ts';

const PATH = '/v1/stream';
const HEARTBEAT_MS = 1_000;
/** Events in one frame of a replay. */
const REPLAY_CHUNK = 500;
/** A client that is so far behind is cut off; it comes back and resumes from its cursor. */
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024;

/** Close codes of the stream, beside the standard ones. */
const UNAVAILABLE = 1013;
const CURSOR_AHEAD = 4409;

interface Client {
  readonly socket: WebSocket;
  cursor: number;
  /** False while it is still being given the past. */
  live: boolean;
}

/**
 * `GET /v1/stream?after=<seq>` as WebSocket. Frames: `{"kind":"hello","log","last_seq"}` first, then
 * `{"kind":"events","events":[…]}` in order of `seq` without gap or repetition, and `{"kind":"heartbeat","seq","at"}` each
 * second. Invariant: only events that are in the log are sent.
 */
@Injectable()
export class EventStream implements OnApplicationBootstrap {
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 1_024 });
  private readonly clients = new Set<Client>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    @Inject(VenueLog) private readonly log: VenueLog,
    @Inject(Faults) private readonly faults: Faults,
    @Inject(LOG_ID) private readonly logId: string,
  ) {}

  onApplicationBootstrap(): void {
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.log.onWritten(({ events }) => this.broadcast(events));
    this.faults.onChange(({ unavailable }) => {
      if (unavailable) this.closeAll(UNAVAILABLE, 'venue_unavailable');
    });
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  /** Ends all streams; an HTTP server does not close while one is open. */
  close(): void {
    clearInterval(this.heartbeat);
    this.closeAll(1001, 'going_away');
    this.sockets.close();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://venue');
    const after = Number(url.searchParams.get('after') ?? '0');
    const refusal = this.refusalOf(url.pathname, after);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.welcome(webSocket, after));
  }

  private refusalOf(path: string, after: number): string | undefined {
    if (path !== PATH) return '404 Not Found';
    if (!Number.isSafeInteger(after) || after < 0) return '400 Bad Request';
    return this.faults.state.unavailable ? '503 Service Unavailable' : undefined;
  }

  private welcome(socket: WebSocket, after: number): void {
    socket.on('error', () => socket.terminate());
    socket.on('message', (_data: RawData) => socket.close(1008, 'the stream takes no messages'));
    socket.send(JSON.stringify({ kind: 'hello', log: this.logId, last_seq: this.log.writtenSeq }));
    if (after > this.log.writtenSeq) return socket.close(CURSOR_AHEAD, 'cursor_ahead');
    const client: Client = { socket, cursor: after, live: false };
    this.clients.add(client);
    socket.on('close', () => this.clients.delete(client));
    this.catchUp(client);
  }

  /** Sends the past chunk by chunk, each when the one before has left; live from the moment nothing is missing. */
  private catchUp(client: Client): void {
    if (client.socket.readyState !== client.socket.OPEN) return;
    const lines = this.log.readAfter(client.cursor, REPLAY_CHUNK);
    if (lines.length === 0) {
      client.live = true;
      return;
    }
    client.cursor += lines.length;
    client.socket.send(frameOf(lines), (error) => {
      if (error) client.socket.terminate();
      else this.catchUp(client);
    });
  }

  private broadcast(lines: readonly string[]): void {
    if (this.clients.size === 0) return;
    const frame = frameOf(lines);
    for (const client of this.clients) {
      if (!client.live) continue;
      client.cursor += lines.length;
      if (client.socket.bufferedAmount > MOST_BUFFERED_BYTES) client.socket.terminate();
      else client.socket.send(frame);
    }
  }

  private beat(): void {
    const frame = JSON.stringify({ kind: 'heartbeat', seq: this.log.writtenSeq, at: new Date().toISOString() });
    for (const { socket } of this.clients) socket.send(frame);
  }

  private closeAll(code: number, reason: string): void {
    for (const { socket } of this.clients) socket.close(code, reason);
  }
}

function frameOf(lines: readonly string[]): string {
  return `{"kind":"events","events":[${lines.map(wireEvent).join(',')}]}`;
}
