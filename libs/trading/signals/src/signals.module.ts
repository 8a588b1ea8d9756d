import { RateLimiter, WebhookKeys } from '@keelson/access';
import { WakeUpQueue } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { SignalsService, type SignalsParts } from './signals.service.ts';

export interface SignalsModuleSettings {
  readonly redisUrl: string;
  /** Instruments belong to another library; the service says how a ticker is resolved. */
  readonly findSymbol: (database: Database) => SignalsParts['findSymbol'];
}

class WakeUpQueueLifetime implements OnApplicationShutdown {
  readonly #queue: WakeUpQueue;

  constructor(queue: WakeUpQueue) {
    this.#queue = queue;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#queue.close();
  }
}

/** Provides SignalsService; needs PersistenceModule and AccessModule beside it. */
export class SignalsModule {
  static register({ redisUrl, findSymbol }: SignalsModuleSettings): DynamicModule {
    return {
      module: SignalsModule,
      providers: [
        { provide: WakeUpQueue, useFactory: () => new WakeUpQueue(redisUrl) },
        {
          provide: WakeUpQueueLifetime,
          useFactory: (queue: WakeUpQueue) => new WakeUpQueueLifetime(queue),
          inject: [WakeUpQueue],
        },
        {
          provide: SignalsService,
          useFactory: (database: Database, webhookKeys: WebhookKeys, rateLimiter: RateLimiter, wakeUps: WakeUpQueue) =>
            new SignalsService({ database, webhookKeys, rateLimiter, wakeUps, findSymbol: findSymbol(database) }),
          inject: [Database, WebhookKeys, RateLimiter, WakeUpQueue],
        },
      ],
      exports: [SignalsService, WakeUpQueue],
    };
  }
}
Module({})(SignalsModule);
