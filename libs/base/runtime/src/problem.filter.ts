import type { ErrorBody } from '@keelson/contracts';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { type Answer, answerFor } from './problem.ts';

function bodyOf(answer: Answer, requestId: string): ErrorBody {
  return {
    error: {
      code: answer.code,
      message: answer.message,
      details: [...answer.details],
      request_id: requestId,
      timestamp: new Date().toISOString(),
    },
  };
}

/** Turns whatever a request throws into the error body of INF-FR-003. Stacks and causes go to the log only. */
export class ProblemFilter implements ExceptionFilter {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') {
      this.#logger.error({ error }, 'Unhandled error outside a request');
      return;
    }
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = answerFor(error);
    if (answer.unexpected) this.#logger.error({ error, request_id: request.id }, 'Request failed unexpectedly');
    else if (answer.status >= 500) this.#logger.warn({ error, request_id: request.id }, answer.message);
    if (reply.sent) return;
    void reply.status(answer.status).headers(answer.headers).send(bodyOf(answer, request.id));
  }
}
Catch()(ProblemFilter);
