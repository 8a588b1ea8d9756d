import { AccessModule } from '@keelson/access/module';
import { api } from '@keelson/catalogue';
import { InstrumentDirectory } from '@keelson/market';
import type { Database } from '@keelson/persistence';
import { PersistenceModule } from '@keelson/persistence/module';
import type { ConfigOf } from '@keelson/runtime';
import { SignalsModule } from '@keelson/signals/module';
import { type DynamicModule, Module } from '@nestjs/common';
import { WebhooksController } from './webhooks/webhooks.controller.ts';

type Config = ConfigOf<typeof api>;

/** Tickers become our symbols by way of the instruments table. */
function findSymbol(database: Database) {
  const instruments = new InstrumentDirectory(database);
  return async (ticker: string) => (instruments.remembered(ticker) ?? (await instruments.find(ticker)))?.symbol;
}

@Module({})
export class ApiModule {
  static register(config: Config): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PersistenceModule.register({
          url: config.DATABASE_URL,
          directUrl: config.DATABASE_DIRECT_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          applicationName: config.KEELSON_INSTANCE ?? api.name,
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
      controllers: [WebhooksController],
    };
  }
}
