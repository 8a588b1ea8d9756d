import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendError, sendInvalid, sendJson, sendText } from './answers.ts';
import { Book } from './book.ts';
import { Faults } from './faults.ts';
import { wireEvent } from './records.ts';
import { eventList, positionList } from './requests.ts';
import { VenueLog } from './venue-log.ts';

/** What can be asked of the venue besides orders: positions, past events, prices. */
@Controller('v1')
export class MarketController {
  constructor(
    @Inject(Book) private readonly book: Book,
    @Inject(VenueLog) private readonly log: VenueLog,
    @Inject(Faults) private readonly faults: Faults,
  ) {}

  @Get('positions')
  positions(@Query() query: unknown, @Res() reply: FastifyReply): void {
    if (this.isUnavailable(reply)) return;
    const wanted = positionList.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    sendJson(reply, 200, { positions: this.book.positions(wanted.data.account) });
  }

  @Get('events')
  events(@Query() query: unknown, @Res() reply: FastifyReply): void {
    if (this.isUnavailable(reply)) return;
    const wanted = eventList.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    const { after, limit } = wanted.data;
    const events = this.log.readAfter(after, limit).map(wireEvent);
    sendText(reply, 200, `{"last_seq":${this.log.writtenSeq},"events":[${events.join(',')}]}`);
  }

  @Get('prices/:symbol')
  price(@Param('symbol') symbol: string, @Res() reply: FastifyReply): void {
    if (this.isUnavailable(reply)) return;
    sendJson(reply, 200, { symbol, price: this.book.prices.current(symbol).toFixed() });
  }

  private isUnavailable(reply: FastifyReply): boolean {
    if (this.faults.state.unavailable)
      sendError(reply, 503, 'venue_unavailable', 'The venue is unavailable on command');
    return this.faults.state.unavailable;
  }
}
