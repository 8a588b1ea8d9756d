import { type Identity, recordAudit } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { isId, newId } from '@keelson/kernel';
import {
  type AccountProof,
  type Halt,
  readAccountProofs,
  readHalt,
  requestHalt,
  resumeTrading,
} from '@keelson/oversight';
import { Database } from '@keelson/persistence';
import { scopeKey } from '@keelson/risk';
import { HttpProblem } from '@keelson/runtime';
import { announce } from '@keelson/stream/publish';
import { Body, Controller, Get, HttpCode, Inject, Optional, Param, Post, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { HaltDesk } from './halt-desk.ts';
import { ENVIRONMENT, type Environment } from './environment.ts';
import { scopeOf, scopeText } from './team-scope.ts';

const reason = z.string().trim().min(1).max(500);
const haltBody = z
  .strictObject({
    scope: scopeText.default('team'),
    reason,
    cancel_all: z.boolean().default(false),
    flatten: z.boolean().default(false),
  })
  .refine(({ scope, flatten }) => !flatten || !scope.startsWith('strategy:'), {
    path: ['flatten'],
    error: 'at a broker a strategy has no position of its own: flatten its account or symbol',
  });
const resumeBody = z.strictObject({ scope: scopeText.default('team'), reason });
const address = z.strictObject({ id: z.string().refine(isId, 'must be the halt_id of a halt') });

function view(halt: Halt) {
  return {
    halt_id: halt.haltId,
    scope: scopeKey(halt.scope),
    phase: halt.phase,
    halt_generation: halt.generation ?? null,
    cancel_all: halt.cancelAll,
    flatten: halt.flatten,
    origin: halt.origin,
    reason: halt.reason,
    actor: halt.actor,
    problem: halt.phase === 'done' ? null : (halt.problem ?? null),
    requested_at: halt.requestedAt,
    blocked_at: halt.blockedAt ?? null,
    finished_at: halt.finishedAt ?? null,
    status_url: `/api/v1/halts/${halt.haltId}`,
  };
}

function proofView(accountId: string, proof: AccountProof) {
  return {
    account_id: accountId,
    broker: proof.broker,
    snapshot_at: proof.ordersAsOf,
    orders_kept: proof.ordersKept.map(({ venueOrderId, symbol, reduceOnly }) => ({
      ...{ venue_order_id: venueOrderId, symbol, reduce_only: reduceOnly },
    })),
    positions: proof.positions.map(({ symbol, netQuantity }) => ({ symbol, quantity: netQuantity })),
    last_order_out: proof.lastOrderOut ?? null,
  };
}

/** Halts of the caller's team. The block is committed before the answer; the rest is at the status address. */
@Controller()
export class HaltController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Optional() @Inject(HaltDesk) private readonly desk: HaltDesk | undefined,
  ) {}

  @Post('halt')
  @HttpCode(202)
  @UseGuards(requireIdentity('trader', { counted: false }))
  async halt(@CurrentIdentity() identity: Identity, @Body({ schema: haltBody }) body: z.infer<typeof haltBody>) {
    const { teamId, userId: actor } = identity;
    const haltId = newId();
    const scope = await this.database.transaction(teamId, async (tx) => {
      const found = await scopeOf(tx, identity, body.scope);
      const details = { halt_id: haltId, cancel_all: body.cancel_all, flatten: body.flatten };
      recordAudit(tx, {
        teamId,
        actor,
        action: 'trading.halt',
        subject: scopeKey(found),
        reason: body.reason,
        details,
      });
      return found;
    });
    const { cancel_all: cancelAll, flatten } = body;
    const wanted = { scope, cancelAll, flatten, reason: body.reason, actor, origin: 'operator' } as const;
    const halt = await requestHalt(this.database, wanted, announce, haltId);
    this.desk?.drive(halt.haltId);
    return view(halt);
  }

  @Post('resume')
  @HttpCode(202)
  @UseGuards(requireIdentity('admin'))
  async resume(@CurrentIdentity() identity: Identity, @Body({ schema: resumeBody }) body: z.infer<typeof resumeBody>) {
    const { teamId, userId: actor } = identity;
    const scope = await this.database.transaction(teamId, (tx) => scopeOf(tx, identity, body.scope));
    const people = this.environment === 'prod' ? 2 : 1;
    const result = await resumeTrading(this.database, { scope, reason: body.reason, actor, people }, announce);
    switch (result.outcome) {
      case 'halt_unfinished':
        throw new HttpProblem('CONFLICT', `Halt ${result.haltId} is not done: it is at ${result.phase}`);
      case 'unreconciled':
        throw new HttpProblem('CONFLICT', `Accounts differ from their venue: ${result.accountIds.join(', ')}`);
      default: {
        const action = result.outcome === 'resumed' ? 'trading.resume' : 'trading.resume_approved';
        await this.database.transaction(teamId, async (tx) => {
          recordAudit(tx, { teamId, actor, action, subject: scopeKey(scope), reason: body.reason });
        });
        const { outcome, approvedBy } = result;
        return {
          outcome,
          scope: scopeKey(scope),
          approved_by: approvedBy,
          state: outcome === 'resumed' ? 'ACTIVE' : 'HALTED',
        };
      }
    }
  }

  @Get('halts/:id')
  @UseGuards(requireIdentity())
  async read(@CurrentIdentity() { teamId }: Identity, @Param({ schema: address }) { id }: z.infer<typeof address>) {
    const found = await this.database.transaction(teamId, async (tx) => {
      const halt = readHalt(tx, id);
      const proofs = readAccountProofs(tx, id);
      return { halt: await halt, proofs: await proofs };
    });
    // A halt of the platform is everybody's to see; what it proved of an account only its team's.
    if (!found.halt) throw new HttpProblem('NOT_FOUND', 'Your team has no such halt');
    return { ...view(found.halt), accounts: found.proofs.map(({ accountId, proof }) => proofView(accountId, proof)) };
  }
}
