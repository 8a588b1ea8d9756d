import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { standardHeaders } from './headers.ts';
import type { HealthChecks } from './health.ts';
import type { Metrics } from './metrics.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's X-Request-ID when it is harmless text, else a new UUID. */
export function requestIdOf(message: { readonly headers: IncomingMessage['headers'] }): string {
  const given = message.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** A request that takes this long is logged whatever the load. */
const SLOW_MS = 250;

/**
 * Which requests are logged. A line costs as much as a cheap request, so quick successes and refusals share an allowance
 * a second: at low traffic every request has its line, at 300 a second most have none and the next line says how many
 * were left out. Server errors and slow requests always have one.
 */
export class RequestLog {
  readonly #logger: Logger;
  readonly #allowance: number;
  #second = 0;
  #written = 0;
  #skipped = 0;

  constructor(logger: Logger, linesPerSecond: number) {
    this.#logger = logger;
    this.#allowance = linesPerSecond;
  }

  record(request: FastifyRequest, reply: FastifyReply): void {
    const slow = reply.elapsedTime >= SLOW_MS;
    const noteworthy = slow || reply.statusCode >= 500;
    if (!noteworthy && !this.#mayWrite()) return;
    const fields = {
      request_id: request.id,
      method: request.method,
      // Without the query string: senders put secrets there.
      path: request.url.split('?', 1)[0],
      status_code: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
      user_id: (request as { identity?: { userId?: string } }).identity?.userId,
      ip: request.ip,
      user_agent: request.headers['user-agent'],
      skipped_requests: this.#skipped || undefined,
    };
    this.#skipped = 0;
    this.#logger[noteworthy ? 'warn' : 'info'](fields, slow ? 'Request was slow' : 'Request completed');
  }

  #mayWrite(): boolean {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#written = 0;
    }
    this.#written += 1;
    if (this.#written <= this.#allowance) return true;
    this.#skipped += 1;
    return false;
  }
}

const OPERATIONS = /^(\/api\/v1)?\/(health(\/ready)?|metrics)$/;

/** Headers, timing and the request log, in one synchronous hook on each side of a request. */
export function addRequestHooks(
  fastify: FastifyInstance,
  parts: { readonly health: HealthChecks; readonly metrics: Metrics; readonly requestLog: RequestLog },
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(standardHeaders).header('x-request-id', request.id);
    // A keep-alive connection must not outlive the process that drains.
    if (parts.health.stopping) void reply.header('connection', 'close');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    if (!OPERATIONS.test(route)) {
      const labels = { method: request.method, route, status: String(reply.statusCode) };
      parts.metrics.observe('keelson_http_request_duration_seconds', labels, reply.elapsedTime / 1_000);
      parts.requestLog.record(request, reply);
    }
    done();
  });
}
