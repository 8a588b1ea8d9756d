import { TokenVerifier } from '@keelson/access';
import type { streamGateway } from '@keelson/catalogue';
import { Database } from '@keelson/persistence';
import { PersistenceModule } from '@keelson/persistence/module';
import { HealthChecks, Metrics, type ModuleParts } from '@keelson/runtime';
import { StreamFeed } from '@keelson/stream';
import { StreamModule } from '@keelson/stream/module';
import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { Connections } from './connections.ts';
import { type ConnectionLimits, standardLimits } from './limits.ts';
import { StreamGateway } from './stream.gateway.ts';
import { CONNECTION_LIMITS } from './tokens.ts';

type Parts = ModuleParts<typeof streamGateway>;

/** The stream-gateway: the stream feed on one side, WebSockets on the other. */
@Module({})
export class StreamGatewayModule implements OnModuleInit {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(StreamFeed) private readonly feed: StreamFeed,
    @Inject(HealthChecks) private readonly health: HealthChecks,
  ) {}

  static forConfig({ config, logger }: Parts, limits: ConnectionLimits = standardLimits): DynamicModule {
    const tokenSettings = {
      issuer: config.AUTH_ISSUER,
      audience: config.AUTH_AUDIENCE,
      jwks: config.AUTH_JWKS,
      jwksUrl: config.AUTH_JWKS_URL,
    };
    return {
      module: StreamGatewayModule,
      imports: [
        PersistenceModule.forService(config, 'stream-gateway'),
        StreamModule.register({
          redisUrl: config.REDIS_URL,
          onTrouble: (error) => logger.warn({ error }, 'The stream lacks Redis or Postgres; events come later'),
        }),
      ],
      providers: [
        StreamGateway,
        { provide: CONNECTION_LIMITS, useValue: limits },
        { provide: TokenVerifier, useFactory: () => new TokenVerifier(tokenSettings) },
        { provide: Connections, useFactory: (metrics: Metrics) => new Connections(limits, metrics), inject: [Metrics] },
      ],
    };
  }

  onModuleInit(): void {
    this.health.add({ name: 'database', check: () => this.database.ping() });
    // Without Redis events come from Postgres, a quarter of a second later: worth telling, no reason to be replaced.
    this.health.add({
      name: 'redis',
      check: () => Promise.resolve({ events_from: this.feed.hintsFlow ? 'hints' : 'postgres' }),
    });
  }
}
