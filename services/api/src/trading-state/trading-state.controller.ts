import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import type { TradingState } from '@keelson/contracts';
import { Database, sql } from '@keelson/persistence';
import { bindingState } from '@keelson/risk';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

const STATES = sql(
  'api.trading_states',
  `select scope, state, halt_generation::text as generation, reason, actor, changed_at
     from trading_states order by changed_at desc`,
);

interface StateRow {
  readonly scope: string;
  readonly state: TradingState;
  readonly generation: string;
  readonly reason: string;
  readonly actor: string;
  readonly changed_at: Date;
}

/** What binds a whole team; states of single accounts, strategies and symbols are listed, they do not stop the others. */
const bindsTheTeam = ({ scope }: StateRow): boolean => scope === 'platform' || scope.startsWith('team:');

/** Whether the caller's team may trade, and who decided so and why. */
@Controller('trading-state')
@UseGuards(requireIdentity())
export class TradingStateController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async read(@CurrentIdentity() { teamId }: Identity) {
    const rows = await this.database.transaction(teamId, (tx) => tx.query<StateRow>(STATES));
    const binding = rows.filter(bindsTheTeam);
    const { state, generation } = bindingState(binding);
    const because = binding.find((row) => row.state === state);
    return {
      state,
      reason: because?.reason ?? 'The state of the platform is not known',
      changed_at: because?.changed_at ?? null,
      halt_generation: generation,
      scopes: rows.map(({ generation: halt_generation, ...row }) => ({ ...row, halt_generation })),
    };
  }
}
