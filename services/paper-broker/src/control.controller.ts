import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendInvalid, sendJson } from './answers.ts';
import { Faults } from './faults.ts';
import { faultChange } from './requests.ts';

/** Bad weather on command. It works while the venue plays dead, or it could never come back. */
@Controller('v1/control')
export class ControlController {
  constructor(@Inject(Faults) private readonly faults: Faults) {}

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
}
