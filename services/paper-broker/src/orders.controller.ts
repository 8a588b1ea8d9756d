import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hangUp, sendError, sendInvalid, sendJson, sendText, sendUnavailable } from './answers.ts';
import { Book } from './book.ts';
import { Faults } from './faults.ts';
import { type BookedOrder, listedViewOf } from './orders.ts';
import { cancelAll, orderList, type OrderRequest, orderRequest, replaceRequest } from './requests.ts';
import { Venue, type VenueAnswer } from './venue.ts';

/** Orders as a venue takes them. Faults apply here, at the edge, so that the venue behind it is always right. */
@Controller('v1')
export class OrdersController {
  constructor(
    @Inject(Venue) private readonly venue: Venue,
    @Inject(Book) private readonly book: Book,
    @Inject(Faults) private readonly faults: Faults,
  ) {}

  @Post('orders')
  async submit(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const request = orderRequest.safeParse(body);
    if (this.stopsHere(reply, request.data)) return;
    if (!request.success) return sendInvalid(reply, request.error);
    const id = request.data.client_order_id;
    const arrival = this.faults.takeFirstArrival(id);
    if (arrival !== undefined) return this.strike(arrival, request.data, reply);
    await this.decide(id, reply, (delayMs) => this.venue.submit(request.data, delayMs));
  }

  @Post('orders/:clientOrderId/replace')
  @HttpCode(200)
  async replace(
    @Param('clientOrderId') clientOrderId: string,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const request = replaceRequest.safeParse(body);
    if (this.stopsHere(reply)) return;
    if (!request.success) return sendInvalid(reply, request.error);
    const id = request.data.client_order_id;
    await this.decide(id, reply, (delayMs) => this.venue.replace(clientOrderId, request.data, delayMs));
  }

  @Get('orders')
  list(@Query() query: unknown, @Res() reply: FastifyReply): void {
    if (sendUnavailable(reply, this.faults)) return;
    const wanted = orderList.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    const { account } = wanted.data;
    const open = this.book.openOrders().filter(({ plan }) => account === undefined || plan.account === account);
    sendJson(reply, 200, { as_of: new Date().toISOString(), orders: open.map(listedViewOf) });
  }

  @Get('orders/:clientOrderId')
  async find(@Param('clientOrderId') clientOrderId: string, @Res() reply: FastifyReply): Promise<void> {
    if (sendUnavailable(reply, this.faults)) return;
    send(reply, await this.venue.find(clientOrderId));
  }

  @Delete('orders/:clientOrderId')
  async cancel(@Param('clientOrderId') clientOrderId: string, @Res() reply: FastifyReply): Promise<void> {
    await this.end(clientOrderId, (id) => this.book.find(id), reply);
  }

  /** By the venue's own id: what was entered by hand has no other. */
  @Delete('venue-orders/:venueOrderId')
  async cancelByVenueId(@Param('venueOrderId') venueOrderId: string, @Res() reply: FastifyReply): Promise<void> {
    await this.end(venueOrderId, (id) => this.book.findByVenueId(id), reply);
  }

  @Delete('orders')
  async cancelAll(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    if (this.stopsHere(reply)) return;
    const wanted = cancelAll.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    const { account, keep_reduce_only: keep } = wanted.data;
    const cancelled = await this.venue.cancelAll(account, keep);
    await hold(this.faults.latency(account, 2));
    sendJson(reply, 200, { cancelled });
  }

  /** A cancel works when it arrives; its latency is that of the answer, or it could never outrun a second fill. */
  private async end(id: string, find: (id: string) => BookedOrder | undefined, reply: FastifyReply): Promise<void> {
    if (this.stopsHere(reply)) return;
    const answer = await this.venue.cancel(find(id));
    await hold(this.faults.latency(id, 2));
    if (answer.outcome === 'done' && this.faults.takeLostReply(id)) return hangUp(reply);
    send(reply, answer);
  }

  private async decide(id: string, reply: FastifyReply, act: (delayMs: number) => Promise<VenueAnswer>): Promise<void> {
    const delays = this.faults.takeDelays(id);
    const answer = await act(delays.acceptance);
    await hold(delays.answer);
    const taken = answer.outcome === 'done' || answer.outcome === 'duplicate';
    if (taken && this.faults.takeLostReply(id)) return hangUp(reply);
    send(reply, answer);
  }

  /** The sender never hears of it; whether the venue ever does is what the three ways differ in. */
  private async strike(
    { kind, ms }: { kind: 'lost' | 'never' | 'late'; ms: number },
    request: OrderRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (kind === 'lost') await this.venue.submit(request, 0);
    else this.venue.noteStrike(kind === 'late' ? 'late' : 'cut', request);
    hangUp(reply);
    if (kind === 'late') await this.venue.submit(request, ms);
  }

  /** Whether a fault ends this request here; that of an order is written down, as it tells when somebody tried to send it. */
  private stopsHere(reply: FastifyReply, order?: OrderRequest): boolean {
    const blow = this.faults.takeBlow();
    const stops = blow !== undefined || this.faults.state.unavailable;
    if (stops && order !== undefined) this.venue.noteStrike(blow ?? 'unavailable', order);
    if (blow === 'cut') hangUp(reply);
    else if (blow === 'error') sendError(reply, 500, 'internal_error', 'The venue failed on command');
    else sendUnavailable(reply, this.faults);
    return stops;
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
    case 'closed':
      return sendText(reply, 409, `{"code":"order_closed",${answer.text.slice(1)}`);
    case 'changed':
      return sendText(reply, 409, `{"code":"order_changed",${answer.text.slice(1)}`);
    case 'deadline_passed':
      return sendError(
        reply,
        422,
        'deadline_passed',
        'The deadline had passed when the order arrived; it was not accepted',
      );
    case 'not_found':
      return sendError(reply, 404, 'order_not_found', 'No order has this id');
  }
}
