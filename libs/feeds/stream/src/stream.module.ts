import { Database } from '@keelson/persistence';
import { type DynamicModule, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { StreamFeed, type StreamFeedParts } from './stream-feed.ts';

class StreamFeedLifetime implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #feed: StreamFeed;

  constructor(feed: StreamFeed) {
    this.#feed = feed;
  }

  onApplicationBootstrap(): void {
    this.#feed.start();
  }
  onModuleDestroy(): void {
    this.#feed.stop();
  }
}

/** Provides StreamFeed; needs PersistenceModule beside it. */
export class StreamModule {
  static register(settings: Omit<StreamFeedParts, 'database'>): DynamicModule {
    return {
      module: StreamModule,
      providers: [
        {
          provide: StreamFeed,
          useFactory: (database: Database) => new StreamFeed({ ...settings, database }),
          inject: [Database],
        },
        {
          provide: StreamFeedLifetime,
          useFactory: (feed: StreamFeed) => new StreamFeedLifetime(feed),
          inject: [StreamFeed],
        },
      ],
      exports: [StreamFeed],
    };
  }
}
Module({})(StreamModule);
