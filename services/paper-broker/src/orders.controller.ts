import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hangUp, sendError, sendInvalid, sendJson, sendText } from './answers.ts';
import { Book, viewOf } from './book.ts';
import { Faults } from './faults.ts';
import { orderList, orderRequest } from './requests.ts';
import { Venue, type VenueAnswer } from './venue.ts';

/** Orders as a venue takes them. Faults apply here, at the edge, so that the venue behind it is always right. */
@Controller('v1/orders')
export class OrdersController {
  constructor(
    @Inject(Venue) private readonly venue: Venue,
    @Inject(Book) private readonly book: Book,
    @Inject(Faults) private readonly faults: Faults,
  ) {}

  @Post()
  async submit(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (this.stopsHere(reply)) return;
    const request = orderRequest.safeParse(body);
    if (!request.success) return sendInvalid(reply, request.error);
    const id = request.data.client_order_id;
    const delays = this.faults.takeDelays(id);
    const answer = await this.venue.submit(request.data, delays.acceptance);
    await hold(delays.answer);
    const accepted = answer.outcome === 'done' || answer.outcome === 'duplicate';
    if (accepted && this.faults.takeLostReply(id)) return hangUp(reply);
    send(reply, answer);
  }

  @Get()
  list(@Query() query: unknown, @Res() reply: FastifyReply): void {
    if (this.isUnavailable(reply)) return;
    const wanted = orderList.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    const { account } = wanted.data;
    const open = this.book.openOrders().filter(({ plan }) => account === undefined || plan.account === account);
    sendJson(reply, 200, { orders: open.map(viewOf) });
  }

  @Get(':clientOrderId')
  async find(@Param('clientOrderId') clientOrderId: string, @Res() reply: FastifyReply): Promise<void> {
    if (this.isUnavailable(reply)) return;
    send(reply, await this.venue.find(clientOrderId));
  }

  @Delete(':clientOrderId')
  async cancel(@Param('clientOrderId') clientOrderId: string, @Res() reply: FastifyReply): Promise<void> {
    if (this.stopsHere(reply)) return;
    // A cancel works when it arrives; its latency is that of the answer, or it could never outrun a second fill.
    const answer = await this.venue.cancel(clientOrderId);
    await hold(this.faults.latency(clientOrderId, 2));
    if (answer.outcome === 'done' && this.faults.takeLostReply(clientOrderId)) return hangUp(reply);
    send(reply, answer);
  }

  private stopsHere(reply: FastifyReply): boolean {
    if (!this.faults.takeDrop()) return this.isUnavailable(reply);
    hangUp(reply);
    return true;
  }

  private isUnavailable(reply: FastifyReply): boolean {
    if (this.faults.state.unavailable)
      sendError(reply, 503, 'venue_unavailable', 'The venue is unavailable on command');
    return this.faults.state.unavailable;
  }
}

async function hold(ms: number): Promise<void> {
  if (ms > 0) await sleep(ms);
}

function send(reply: FastifyReply, answer: VenueAnswer): void {
  switch (answer.outcome) {
    case 'done':
      return sendText(reply, 200, answer.text);
    case 'duplicate':
      return sendText(reply, 409, `{"code":"duplicate_client_order_id",${answer.text.slice(1)}`);
    case 'deadline_passed':
      return sendError(
        reply,
        422,
        'deadline_passed',
        'The deadline had passed when the order arrived; it was not accepted',
      );
    case 'not_found':
      return sendError(reply, 404, 'order_not_found', 'No order has this client order id');
  }
}
