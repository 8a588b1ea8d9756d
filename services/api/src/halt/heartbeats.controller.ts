import { type Identity, recordAudit } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { armHeartbeat, disarmHeartbeat, type Heartbeat, listHeartbeats, renewHeartbeat } from '@keelson/oversight';
import { Database } from '@keelson/persistence';
import { HttpProblem } from '@keelson/runtime';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { scopeOf, scopeText } from './team-scope.ts';

const address = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be letters, digits, ".", "_" or "-"'),
});
const armBody = z
  .strictObject({
    scope: scopeText.default('team'),
    within_ms: z.int().min(500).max(86_400_000),
    cancel_all: z.boolean().default(false),
    flatten: z.boolean().default(false),
  })
  .refine(({ scope, flatten }) => !flatten || !scope.startsWith('strategy:'), {
    path: ['flatten'],
    error: 'at a broker a strategy has no position of its own',
  });

function view(heartbeat: Heartbeat) {
  return {
    name: heartbeat.name,
    scope: heartbeat.scope,
    within_ms: heartbeat.withinMs,
    cancel_all: heartbeat.cancelAll,
    flatten: heartbeat.flatten,
    armed: heartbeat.armed,
    renewed_at: heartbeat.renewedAt,
    renewed_by: heartbeat.renewedBy,
  };
}

/** Dead man's switches of the caller's team: whoever renews one says that somebody is there. */
@Controller('heartbeats')
@UseGuards(requireIdentity('trader'))
export class HeartbeatsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(@CurrentIdentity() { teamId }: Identity) {
    const heartbeats = await this.database.transaction(teamId, listHeartbeats);
    return { data: heartbeats.map(view) };
  }

  @Post(':name')
  @HttpCode(200)
  async renew(
    @CurrentIdentity() { teamId, userId }: Identity,
    @Param({ schema: address }) { name }: z.infer<typeof address>,
  ) {
    const renewed = await this.database.transaction(teamId, (tx) => renewHeartbeat(tx, name, userId));
    if (!renewed) throw new HttpProblem('NOT_FOUND', 'Your team has no heartbeat of this name: PUT one first');
    return view(renewed);
  }

  @Put(':name')
  async arm(
    @CurrentIdentity() identity: Identity,
    @Param({ schema: address }) { name }: z.infer<typeof address>,
    @Body({ schema: armBody }) body: z.infer<typeof armBody>,
  ) {
    const { teamId, userId: actor } = identity;
    const armed = await this.database.transaction(teamId, async (tx) => {
      const scope = await scopeOf(tx, identity, body.scope);
      const { within_ms: withinMs, cancel_all: cancelAll, flatten } = body;
      recordAudit(tx, { teamId, actor, action: 'heartbeat.arm', subject: name, details: { ...body } });
      return armHeartbeat(tx, { name, scope, withinMs, cancelAll, flatten, actor });
    });
    return view(armed);
  }

  @Delete(':name')
  @HttpCode(204)
  async disarm(
    @CurrentIdentity() { teamId, userId: actor }: Identity,
    @Param({ schema: address }) { name }: z.infer<typeof address>,
  ) {
    const known = await this.database.transaction(teamId, async (tx) => {
      recordAudit(tx, { teamId, actor, action: 'heartbeat.disarm', subject: name });
      return disarmHeartbeat(tx, name);
    });
    if (!known) throw new HttpProblem('NOT_FOUND', 'Your team has no heartbeat of this name');
  }
}
