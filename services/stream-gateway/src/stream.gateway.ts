import type { IncomingMessage } from 'node:http';
import { TokenVerifier } from '@keelson/access';
import { STREAM_SUBPROTOCOL } from '@keelson/contracts';
import { LOGGER } from '@keelson/runtime';
import { StreamFeed } from '@keelson/stream';
import { Inject, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { type ConnectionLimits, MAX_MESSAGE_BYTES } from './limits.ts';
import { CONNECTION_LIMITS } from './tokens.ts';
import { Wire } from './wire.ts';

/** The token in `Sec-WebSocket-Protocol: keelson.v1, <jwt>`: browsers can send no other header. */
function offeredToken(request: IncomingMessage): string | undefined {
  const offered = request.headers['sec-websocket-protocol']?.split(',').map((value) => value.trim());
  return offered?.find((value) => value !== STREAM_SUBPROTOCOL);
}

/** The WebSocket endpoint: makes a Connection of each client. Nest routes the upgrade, `ws` speaks the protocol. */
@WebSocketGateway({
  path: '/api/v1/ws',
  maxPayload: MAX_MESSAGE_BYTES,
  // Events are shared as finished bytes (wire.ts).
  perMessageDeflate: false,
  // Never the token: what the server answers is seen by proxies and their logs.
  handleProtocols: (offered: ReadonlySet<string>) => (offered.has(STREAM_SUBPROTOCOL) ? STREAM_SUBPROTOCOL : false),
})
export class StreamGateway implements OnGatewayConnection<WebSocket>, OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(StreamFeed) private readonly feed: StreamFeed,
    @Inject(TokenVerifier) private readonly tokens: TokenVerifier,
    @Inject(Connections) private readonly connections: Connections,
    @Inject(CONNECTION_LIMITS) private readonly limits: ConnectionLimits,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.connections.start();
  }
  onModuleDestroy(): void {
    this.connections.stop();
  }

  handleConnection(client: WebSocket, request: IncomingMessage): void {
    const connection = new Connection({
      wire: new Wire(client, request.socket),
      tokens: this.tokens,
      feed: this.feed,
      limits: this.limits,
      admit: (asking, userId) => this.connections.admit(asking, userId),
      onTrouble: (error) => this.logger.warn({ error }, 'A client could not be served; it will resume'),
    });
    client.on('message', (message, isBinary) => connection.receive(message as Buffer, isBinary));
    client.on('pong', () => connection.answered());
    client.on('close', () => {
      connection.closed();
      this.connections.remove(connection);
    });
    this.connections.add(connection);
    const token = offeredToken(request);
    if (token) void connection.authenticate(token);
  }
}
