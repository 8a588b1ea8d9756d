import { CreateTenancy } from './migrations/2026_11_21_0900_create_tenancy.ts';
import { CreateMessaging } from './migrations/2026_11_21_0910_create_messaging.ts';
import { CreateSignals } from './migrations/2026_11_21_0920_create_signals.ts';
import { CreateRisk } from './migrations/2026_11_21_0930_create_risk.ts';
import { CreateOrders } from './migrations/2026_11_21_0940_create_orders.ts';
import { CreateLedger } from './migrations/2026_11_21_0950_create_ledger.ts';
import { CreateStream } from './migrations/2026_11_21_1000_create_stream.ts';
import { CreateOperations } from './migrations/2026_11_21_1010_create_operations.ts';
import { CreateSelfTest } from './migrations/2026_11_21_1020_create_self_test.ts';
import { ExtendOrders } from './migrations/2026_11_21_1100_extend_orders.ts';
import { RememberWhatWasOpen } from './migrations/2026_11_21_1101_remember_what_was_open.ts';
import { DescribeInstruments } from './migrations/2026_11_21_1110_describe_instruments.ts';
import { CreateQuotes } from './migrations/2026_11_21_1111_create_quotes.ts';
import { CreateMarketChecks } from './migrations/2026_11_21_1112_create_market_checks.ts';
import { ScopeLimits } from './migrations/2026_11_21_1120_scope_limits.ts';
import { ReserveByScope } from './migrations/2026_11_21_1121_reserve_by_scope.ts';
import { CreateRiskInputs } from './migrations/2026_11_21_1122_create_risk_inputs.ts';
import { ExtendLedger } from './migrations/2026_11_21_1130_extend_ledger.ts';
import { CreateCircuits } from './migrations/2026_11_21_1140_create_circuits.ts';
import { CreateHalts } from './migrations/2026_11_21_1150_create_halts.ts';
import { CreateWatch } from './migrations/2026_11_21_1151_create_watch.ts';
import { CreateReconciliation } from './migrations/2026_11_21_1160_create_reconciliation.ts';
import { CreateDeadLetters } from './migrations/2026_11_21_1170_create_dead_letters.ts';
import { ShowProgress } from './migrations/2026_11_21_1200_show_progress.ts';
import { SettleContracts } from './migrations/2026_11_21_1201_settle_contracts.ts';
import { RelieveSpreads } from './migrations/2026_11_21_1202_relieve_spreads.ts';
import { ConvertExposure } from './migrations/2026_11_21_1203_convert_exposure.ts';
import { CreateVolatilities } from './migrations/2026_11_21_1204_create_volatilities.ts';
import { CreateNotifications } from './migrations/2026_11_21_1205_create_notifications.ts';
import { BoundLooksByTime } from './migrations/2026_11_21_1210_bound_looks_by_time.ts';
import { FindOpenOrdersOfATeam } from './migrations/2026_11_21_1220_find_open_orders_of_a_team.ts';
import { ReadByIndex } from './migrations/2026_11_21_1230_read_by_index.ts';
import { WatchLossesByCurrency } from './migrations/2026_11_21_1240_watch_losses_by_currency.ts';
import { SettleExitsAfterHalt } from './migrations/2026_11_21_1241_settle_exits_after_halt.ts';
import { CountGainsAsExposure } from './migrations/2026_11_21_1242_count_gains_as_exposure.ts';
import { ExpectFewTeams } from './migrations/2026_11_21_1300_expect_few_teams.ts';
import { SettleCashBaseline } from './migrations/2026_11_21_1310_settle_cash_baseline.ts';

/** Every migration, oldest first. Files are named as INF-FR-005 wants: YYYY_MM_DD_HHMM_description. */
export const migrations = [
  CreateTenancy,
  CreateMessaging,
  CreateSignals,
  CreateRisk,
  CreateOrders,
  CreateLedger,
  CreateStream,
  CreateOperations,
  CreateSelfTest,
  ExtendOrders,
  RememberWhatWasOpen,
  DescribeInstruments,
  CreateQuotes,
  CreateMarketChecks,
  ScopeLimits,
  ReserveByScope,
  CreateRiskInputs,
  ExtendLedger,
  CreateCircuits,
  CreateHalts,
  CreateWatch,
  CreateReconciliation,
  CreateDeadLetters,
  ShowProgress,
  SettleContracts,
  RelieveSpreads,
  ConvertExposure,
  CreateVolatilities,
  CreateNotifications,
  BoundLooksByTime,
  FindOpenOrdersOfATeam,
  ReadByIndex,
  WatchLossesByCurrency,
  SettleExitsAfterHalt,
  CountGainsAsExposure,
  ExpectFewTeams,
  SettleCashBaseline,
];
