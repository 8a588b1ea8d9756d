import { type Identity, recordAudit } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { decimal, timeInForce } from '@keelson/contracts';
import { Decimal, type Id, isId } from '@keelson/kernel';
import { WakeUpQueue } from '@keelson/messaging';
import { type RefusalCode, requestCancel, requestReplace, type Requested } from '@keelson/orders';
import { Database, type Tx } from '@keelson/persistence';
import { HttpProblem } from '@keelson/runtime';
import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';

const amount = decimal.refine((text) => new Decimal(text).gt(0), 'must be more than zero');
const reason = z.string().trim().min(1).max(200);
const address = z.strictObject({ id: z.string().refine(isId, 'must be the order_id of an order') });
const cancelBody = z.strictObject({ reason });
const replaceBody = z.strictObject({
  reason,
  quantity: amount.optional(),
  limit_price: amount.optional(),
  stop_price: amount.optional(),
  trail: amount.optional(),
  time_in_force: timeInForce.optional(),
});

/** Refusals whose cause is what was asked, not how the order stands. */
const UNFIT: ReadonlySet<RefusalCode> = new Set(['not_replaceable', 'too_large', 'invalid_terms', 'denied']);

type Accepted = Extract<Requested, { outcome: 'requested' }>;

/** Asks for the end or for another form of an order of the caller's team; the venue's answer comes on the stream. */
@Controller('orders/:id')
@UseGuards(requireIdentity('trader'))
export class OrderRequestsController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(WakeUpQueue) private readonly wakeUps: WakeUpQueue,
  ) {}

  @Post('cancel')
  @HttpCode(202)
  async cancel(
    @CurrentIdentity() identity: Identity,
    @Param({ schema: address }) { id }: z.infer<typeof address>,
    @Body({ schema: cancelBody }) body: z.infer<typeof cancelBody>,
  ) {
    const action = { what: 'cancel', orderId: id as Id, reason: body.reason } as const;
    const { attemptId } = await this.ask(identity, action, (tx) => requestCancel(tx, action.orderId, body.reason));
    return { order_id: id, attempt_id: attemptId ?? null, status: 'cancel_requested' };
  }

  @Post('replace')
  @HttpCode(202)
  async replace(
    @CurrentIdentity() identity: Identity,
    @Param({ schema: address }) { id }: z.infer<typeof address>,
    @Body({ schema: replaceBody }) body: z.infer<typeof replaceBody>,
  ) {
    const { quantity, limit_price: limitPrice, stop_price: stopPrice, trail, time_in_force } = body;
    const wish = { quantity, limitPrice, stopPrice, trail, timeInForce: time_in_force };
    const action = { what: 'replace', orderId: id as Id, reason: body.reason } as const;
    const asked = await this.ask(identity, action, (tx) => requestReplace(tx, action.orderId, wish));
    return {
      order_id: id,
      attempt_id: asked.attemptId ?? null,
      revision_id: asked.revisionId ?? null,
      status: 'replace_requested',
    };
  }

  /** Commits the request with its audit entry, then wakes a worker. */
  private async ask(
    { teamId, userId }: Identity,
    { what, orderId, reason: why }: { what: 'cancel' | 'replace'; orderId: Id; reason: string },
    request: (tx: Tx) => Promise<Requested>,
  ): Promise<Accepted> {
    const asked = await this.database
      .transaction(teamId, async (tx) => {
        const outcome = await request(tx);
        if (outcome.outcome === 'requested') {
          recordAudit(tx, { teamId, actor: userId, action: `order.${what}`, subject: orderId, reason: why });
        }
        return outcome;
      })
      .catch(tellRoomTaken);
    if (asked.outcome === 'not_found')
      throw new HttpProblem('NOT_FOUND', `No order of your team has the id ${orderId}`);
    if (asked.outcome === 'refused') {
      const code = UNFIT.has(asked.code) ? 'UNPROCESSABLE_ENTITY' : 'CONFLICT';
      throw new HttpProblem(code, asked.message, [{ field: 'order', message: asked.code }]);
    }
    for (const { id: outboxId } of asked.messages) {
      this.wakeUps.send({ outboxId, step: what, teamId, signalId: asked.signalId });
    }
    return asked;
  }
}

/** Between judging a replacement and reserving for it, another order was approved. */
function tellRoomTaken(error: unknown): never {
  if ((error as { code?: string }).code !== 'KE010') throw error;
  throw new HttpProblem('CONFLICT', 'Another order has just taken the room under a limit; ask again to have it judged');
}
