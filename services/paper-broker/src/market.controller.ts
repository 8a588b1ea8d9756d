import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { sendInvalid, sendJson, sendText, sendUnavailable } from './answers.ts';
import { Book } from './book.ts';
import { Faults } from './faults.ts';
import { listExecutions } from './listing.ts';
import { wireEvent } from './records.ts';
import { balanceList, eventList, executionList, positionList } from './requests.ts';
import { VenueLog } from './venue-log.ts';

/** What can be asked of the venue besides orders: positions, balances, executions, past events, prices. */
@Controller('v1')
export class MarketController {
  constructor(
    @Inject(Book) private readonly book: Book,
    @Inject(VenueLog) private readonly log: VenueLog,
    @Inject(Faults) private readonly faults: Faults,
  ) {}

  @Get('positions')
  async positions(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(positionList, query, reply, ({ account }) => ({
      as_of: new Date().toISOString(),
      positions: this.book.holdings.positions(account),
    }));
  }

  @Get('balances')
  async balances(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(balanceList, query, reply, ({ account }) => ({
      as_of: new Date().toISOString(),
      balances: this.book.holdings.balances(account),
    }));
  }

  @Get('executions')
  async executions(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(executionList, query, reply, async (wanted) => ({
      as_of: new Date().toISOString(),
      ...(await listExecutions(this.book, this.log, wanted)),
    }));
  }

  @Get('events')
  events(@Query() query: unknown, @Res() reply: FastifyReply): void {
    if (sendUnavailable(reply, this.faults)) return;
    const wanted = eventList.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    const { after, limit } = wanted.data;
    const events = this.log.readAfter(after, limit).map(wireEvent);
    sendText(reply, 200, `{"last_seq":${this.log.writtenSeq},"events":[${events.join(',')}]}`);
  }

  /** Quotes of all symbols that have a price, with the venue's time of them. */
  @Get('prices')
  prices(@Res() reply: FastifyReply): void {
    if (sendUnavailable(reply, this.faults)) return;
    const at = this.faults.state.quotes_frozen_at ?? new Date().toISOString();
    const { prices } = this.book;
    sendJson(reply, 200, { prices: prices.symbols().map((symbol) => ({ ...prices.quote(symbol), at })) });
  }

  @Get('prices/:symbol')
  price(@Param('symbol') symbol: string, @Res() reply: FastifyReply): void {
    if (sendUnavailable(reply, this.faults)) return;
    const at = this.faults.state.quotes_frozen_at ?? new Date().toISOString();
    const price = this.book.prices.current(symbol).toFixed();
    sendJson(reply, 200, { price, ...this.book.prices.quote(symbol), at });
  }

  private async answer<Schema extends z.ZodType>(
    schema: Schema,
    query: unknown,
    reply: FastifyReply,
    find: (wanted: z.output<Schema>) => unknown,
  ): Promise<void> {
    if (sendUnavailable(reply, this.faults)) return;
    const wanted = schema.safeParse(query);
    if (!wanted.success) return sendInvalid(reply, wanted.error);
    sendJson(reply, 200, await find(wanted.data));
  }
}
