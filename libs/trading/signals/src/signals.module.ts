import { RateLimiter, WebhookKeys } from '@keelson/access';
import { WakeUpQueue } from '@keelson/messaging';
import { MessagingModule } from '@keelson/messaging/module';
import { Database } from '@keelson/persistence';
import { type DynamicModule, Module } from '@nestjs/common';
import { SignalsService, type SignalsParts } from './signals.service.ts';

export interface SignalsModuleSettings {
  readonly redisUrl: string;
  /** Instruments belong to another library; the service says how a ticker is resolved. */
  readonly findSymbol: (database: Database) => SignalsParts['findSymbol'];
}

/** Provides SignalsService; needs PersistenceModule and AccessModule beside it. */
export class SignalsModule {
  static register({ redisUrl, findSymbol }: SignalsModuleSettings): DynamicModule {
    return {
      module: SignalsModule,
      imports: [MessagingModule.register({ redisUrl })],
      providers: [
        {
          provide: SignalsService,
          useFactory: (database: Database, webhookKeys: WebhookKeys, rateLimiter: RateLimiter, wakeUps: WakeUpQueue) =>
            new SignalsService({ database, webhookKeys, rateLimiter, wakeUps, findSymbol: findSymbol(database) }),
          inject: [Database, WebhookKeys, RateLimiter, WakeUpQueue],
        },
      ],
      exports: [SignalsService, MessagingModule],
    };
  }
}
Module({})(SignalsModule);
