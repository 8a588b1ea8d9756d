import { LOGGER } from '@keelson/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { WsAdapter } from '@nestjs/platform-ws';
import type { Logger } from 'pino';
import type { WebSocket, WebSocketServer } from 'ws';

/** Nest's adapter for `ws`, but what a client does wrong is no error of ours: it is logged where it can be turned off. */
export class StreamWsAdapter extends WsAdapter {
  readonly #logger: Logger;

  constructor(app: NestFastifyApplication) {
    super(app);
    this.#logger = app.get<Logger>(LOGGER);
  }

  override bindErrorHandler(server: WebSocketServer): WebSocketServer {
    const logger = this.#logger;
    server.on('connection', (client: WebSocket) => {
      client.on('error', (error) => logger.debug({ error }, 'A client broke the protocol or its connection'));
    });
    return server.on('error', (error) => logger.error({ error }, 'The WebSocket server failed'));
  }
}
