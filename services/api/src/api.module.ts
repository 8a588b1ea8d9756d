import { setTimeout as wait } from 'node:timers/promises';
import { AccessModule } from '@keelson/access/module';
import { api } from '@keelson/catalogue';
import { balanceEntity, positionEntity, tradeEntity } from '@keelson/ledger';
import { InstrumentDirectory } from '@keelson/market';
import { WakeUpQueue } from '@keelson/messaging';
import { orderEntity } from '@keelson/orders';
import { Database } from '@keelson/persistence';
import { PersistenceModule } from '@keelson/persistence/module';
import { type ConfigOf, HealthChecks, LOGGER } from '@keelson/runtime';
import { SignalsModule } from '@keelson/signals/module';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { BalancesController } from './balances/balances.controller.ts';
import { ENVIRONMENT } from './halt/environment.ts';
import { HaltController } from './halt/halt.controller.ts';
import { HaltDesk } from './halt/halt-desk.ts';
import { HeartbeatsController } from './halt/heartbeats.controller.ts';
import { InstrumentsController } from './instruments/instruments.controller.ts';
import { OrderRequestsController } from './orders/order-requests.controller.ts';
import { OrdersController } from './orders/orders.controller.ts';
import { PortfolioController } from './portfolio/portfolio.controller.ts';
import { PositionsController } from './positions/positions.controller.ts';
import { ReconciliationController } from './reconciliation/reconciliation.controller.ts';
import { ServicesController } from './services/services.controller.ts';
import { StatementsController } from './statements/statements.controller.ts';
import { TradesController } from './trades/trades.controller.ts';
import { TradingStateController } from './trading-state/trading-state.controller.ts';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

export type ApiConfig = ConfigOf<typeof api>;

/** How long readiness waits for Redis before it calls it away. */
const REDIS_WITHIN_MS = 300;

/** Tickers become our symbols by way of the instruments table. */
function findSymbol(database: Database) {
  const instruments = new InstrumentDirectory(database);
  return async (ticker: string) => (instruments.remembered(ticker) ?? (await instruments.find(ticker)))?.symbol;
}

/** The api: webhooks in, questions about trades, orders and positions answered. */
@Module({})
export class ApiModule implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(WakeUpQueue) private readonly wakeUps: WakeUpQueue,
    @Inject(HealthChecks) private readonly health: HealthChecks,
  ) {}

  static register(config: ApiConfig): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PersistenceModule.forService(config, api.name, {
          // Webhooks are answered 503 within 250 ms when Postgres is away or every connection is busy.
          connectWithin: '200 milliseconds',
          entities: [balanceEntity, orderEntity, positionEntity, tradeEntity],
        }),
        AccessModule.register({
          issuer: config.AUTH_ISSUER,
          audience: config.AUTH_AUDIENCE,
          jwks: config.AUTH_JWKS,
          jwksUrl: config.AUTH_JWKS_URL,
          redisUrl: config.REDIS_URL,
          limits: api.rateLimits,
        }),
        SignalsModule.register({ redisUrl: config.REDIS_URL, findSymbol }),
      ],
      controllers: [
        WebhooksController,
        TradesController,
        OrdersController,
        OrderRequestsController,
        PositionsController,
        BalancesController,
        PortfolioController,
        StatementsController,
        ReconciliationController,
        InstrumentsController,
        TradingStateController,
        ServicesController,
        HaltController,
        HeartbeatsController,
      ],
      providers: [
        { provide: ENVIRONMENT, useValue: config.KEELSON_ENVIRONMENT },
        { provide: HaltDesk, useFactory: (logger: Logger) => HaltDesk.of(config, logger), inject: [LOGGER] },
      ],
    };
  }

  onModuleInit(): void {
    this.health.add({ name: 'database', check: () => this.database.ping() });
    // Without Redis signals are accepted all the same, and the sweep wakes the workers: worth telling, still ready.
    this.health.add({ name: 'redis', check: async () => ({ workers_wake_by: await this.wakesBy() }) });
  }

  private wakesBy(): Promise<'queue' | 'sweep'> {
    const answered = this.wakeUps.ping().then(
      () => 'queue' as const,
      () => 'sweep' as const,
    );
    return Promise.race([answered, wait(REDIS_WITHIN_MS, 'sweep' as const, { ref: false })]);
  }
}
