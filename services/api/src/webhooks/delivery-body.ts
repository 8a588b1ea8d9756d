import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

/** TradingView's messages have at most 4 KiB; nothing that this service takes is larger than a few. */
export const LARGEST_BODY_BYTES = 64 * 1024;

/** Deliveries keep their bytes: the receipt, the hash and the amounts need them as they came. */
export const WEBHOOK_PATH = '/api/v1/webhooks/';

/**
 * Reads bodies: the bytes for webhooks, whatever their content type (TradingView sends text/plain when a message is not
 * valid JSON), the parsed value for everything else. Other content types are answered 415.
 */
export function readBodies(app: NestFastifyApplication): void {
  const adapter = app.getHttpAdapter() as FastifyAdapter;
  const parseJson = adapter.getInstance().getDefaultJsonParser('error', 'error');
  adapter.useBodyParser('application/json', false, {}, (request: FastifyRequest, body: Buffer, done) => {
    if (request.url.startsWith(WEBHOOK_PATH)) done(null, body);
    else void parseJson(request, body.toString('utf8'), done);
  });
  adapter.useBodyParser('text/plain', false, {}, (request: FastifyRequest, body: Buffer, done) => {
    if (request.url.startsWith(WEBHOOK_PATH)) done(null, body);
    else done(Object.assign(new Error('Only webhooks take text/plain'), { statusCode: 415 }));
  });
}
