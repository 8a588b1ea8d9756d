import type { ErrorCode, WebhookAccepted } from '@keelson/contracts';
import { HttpProblem, Metrics } from '@keelson/runtime';
import { type Delivery, type Outcome, type RefusalCode, SignalsService } from '@keelson/signals';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How a refusal is answered (INF-FR-003). */
const ERROR_CODES: Readonly<Record<RefusalCode, ErrorCode>> = {
  unknown_source: 'NOT_FOUND',
  malformed: 'VALIDATION_ERROR',
  unauthenticated: 'AUTHENTICATION_REQUIRED',
  invalid: 'VALIDATION_ERROR',
  unknown_symbol: 'UNPROCESSABLE_ENTITY',
};

type WebhookRequest = FastifyRequest<{ Params: { source: string; pathId?: string } }>;

const NOTHING = Buffer.alloc(0);

function deliveryOf({ params, headers, body }: WebhookRequest): Delivery {
  if (body !== undefined && !Buffer.isBuffer(body)) {
    throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'A webhook takes application/json or text/plain');
  }
  return {
    source: params.source,
    pathId: params.pathId,
    contentType: headers['content-type'] ?? '',
    body: body ?? NOTHING,
  };
}

/** Webhooks: the outcome of SignalsService as HTTP, nothing else. */
@Controller('webhooks')
export class WebhooksController {
  constructor(
    @Inject(SignalsService) private readonly signals: SignalsService,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  @Post([':source', ':source/:pathId'])
  @HttpCode(202)
  async receive(
    @Req() request: WebhookRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WebhookAccepted> {
    const outcome = await this.accept(deliveryOf(request));
    this.count(outcome.outcome);
    if ('body' in outcome) {
      void reply.headers(outcome.headers);
      return outcome.body;
    }
    throw new HttpProblem(ERROR_CODES[outcome.outcome], outcome.message, outcome.details);
  }

  private async accept(delivery: Delivery): Promise<Outcome> {
    try {
      return await this.signals.accept(delivery);
    } catch (error) {
      this.count((error as { code?: unknown }).code === 'RATE_LIMITED' ? 'throttled' : 'failed');
      throw error;
    }
  }

  private count(outcome: string): void {
    this.metrics.count('keelson_signals_received_total', { outcome });
  }
}
