import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { sendError, sendInvalid, sendJson } from './answers.ts';
import { Desk, DeskError } from './desk.ts';
import { Faults } from './faults.ts';
import { bookChange, bust, correction, dayEnd, faultChange, manualOrder, priceChange } from './requests.ts';
import { Venue } from './venue.ts';

/** Bad weather, and the venue's own staff, on command. It works while the venue plays dead, or it could never come back. */
@Controller('v1/control')
export class ControlController {
  constructor(
    @Inject(Faults) private readonly faults: Faults,
    @Inject(Desk) private readonly desk: Desk,
    @Inject(Venue) private readonly venue: Venue,
  ) {}

  @Get()
  show(@Res() reply: FastifyReply): void {
    sendJson(reply, 200, this.faults.state);
  }

  @Post()
  @HttpCode(200)
  change(@Body() body: unknown, @Res() reply: FastifyReply): void {
    const change = faultChange.safeParse(body ?? {});
    if (!change.success) return sendInvalid(reply, change.error);
    sendJson(reply, 200, this.faults.change(change.data));
  }

  @Post('reset')
  @HttpCode(200)
  reset(@Res() reply: FastifyReply): void {
    sendJson(reply, 200, this.faults.reset());
  }

  @Post('prices')
  async price(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(priceChange, body, reply, async (change) => ({
      symbol: change.symbol,
      price: await this.desk.changePrice(change),
    }));
  }

  @Post('orders')
  async order(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(manualOrder, body, reply, async (wish) => ({ order: await this.desk.enter(wish) }));
  }

  @Post('bust')
  async bust(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(bust, body, reply, async (wanted) => {
      await this.desk.bust(wanted.execution_id, wanted.reason, wanted.told);
      return {};
    });
  }

  @Post('correct')
  async correct(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(correction, body, reply, async ({ execution_id: id, quantity, price, reason, told }) => {
      await this.desk.correct(id, { quantity, price }, reason, told);
      return {};
    });
  }

  @Post('day')
  async endDay(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(dayEnd, body ?? {}, reply, async ({ at }) => ({
      expired: await this.venue.endDay(at === undefined ? new Date(Date.now() + 1) : new Date(at)),
    }));
  }

  @Post('book')
  async book(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await command(bookChange, body, reply, async (change) => {
      await this.desk.changeBook(change);
      return {};
    });
  }
}

/** Checks a command, does it, and answers; what cannot be done is a 409 with the reason. */
async function command<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  reply: FastifyReply,
  act: (wanted: z.output<Schema>) => Promise<unknown>,
): Promise<void> {
  const wanted = schema.safeParse(body);
  if (!wanted.success) return sendInvalid(reply, wanted.error);
  try {
    sendJson(reply, 200, await act(wanted.data));
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    sendError(reply, 409, 'refused', error.message);
  }
}
