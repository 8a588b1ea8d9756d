import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { type DynamicModule, Module } from '@nestjs/common';
import { CarrierQueue, QUEUE, senderOptions } from './carrier-queue.ts';
import { WakeUpQueue } from './wake-up.ts';

// Whatever queue Nest makes and closes, it is of the kind that Redis may leave at any time.
BullModule.queueClass = CarrierQueue;

export interface MessagingModuleSettings {
  readonly redisUrl: string;
}

/** Provides WakeUpQueue over the queue `high`. Starts without Redis; the queue is closed when the application shuts down. */
export class MessagingModule {
  static register({ redisUrl }: MessagingModuleSettings): DynamicModule {
    return {
      module: MessagingModule,
      imports: [
        BullModule.forRootAsync({ useFactory: () => senderOptions(redisUrl) }),
        BullModule.registerQueue({ name: QUEUE }),
      ],
      providers: [
        {
          provide: WakeUpQueue,
          useFactory: (queue: CarrierQueue) => new WakeUpQueue(queue),
          inject: [getQueueToken(QUEUE)],
        },
      ],
      exports: [WakeUpQueue],
    };
  }
}
Module({})(MessagingModule);
