import { paperBroker } from '@keelson/catalogue';
import { systemClock } from '@keelson/kernel';
import { CONFIG, ConfigError, type ConfigOf, LOGGER } from '@keelson/runtime';
import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Logger } from 'pino';
import { Book } from './book.ts';
import { DayEnd } from './day-end.ts';
import { Desk } from './desk.ts';
import { ControlController } from './control.controller.ts';
import { EventStream } from './event-stream.ts';
import { Faults } from './faults.ts';
import { MarketController } from './market.controller.ts';
import { OrdersController } from './orders.controller.ts';
import { PriceSource } from './prices.ts';
import { rebuild } from './rebuild.ts';
import { LOG_ID, VENUE_PARTS } from './tokens.ts';
import { VenueLog } from './venue-log.ts';
import { Venue, type VenueParts } from './venue.ts';

type Config = ConfigOf<typeof paperBroker>;

function faultsOf(config: Config): Faults {
  const { PAPER_LATENCY_MIN_MS: min, PAPER_LATENCY_MAX_MS: max } = config;
  if (min > max) {
    const expected = 'shortest time to an answer; at most PAPER_LATENCY_MAX_MS';
    throw new ConfigError([{ key: 'PAPER_LATENCY_MIN_MS', problem: 'invalid', expected }]);
  }
  return new Faults({
    seed: config.PAPER_SEED,
    latency_ms: { min, max },
    partial_fill_percent: config.PAPER_PARTIAL_FILL_PERCENT,
  });
}

function venueOf(parts: VenueParts): Venue {
  const venue = new Venue(parts);
  parts.faults.onChange(({ seed }) => venue.reseed(seed));
  return venue;
}

function rebuildAndTell(log: VenueLog, book: Book, logger: Logger): string {
  const { logId, ...found } = rebuild(log, book, systemClock);
  if (found.tornBytes > 0) logger.warn({ log_id: logId, ...found }, 'Cut off a torn last line of the log');
  logger.info({ log_id: logId, ...found }, 'Rebuilt the book from the log');
  return logId;
}

@Module({
  controllers: [OrdersController, MarketController, ControlController],
  providers: [
    EventStream,
    { provide: Faults, inject: [CONFIG], useFactory: faultsOf },
    { provide: Book, inject: [CONFIG], useFactory: (config: Config) => new Book(new PriceSource(config.PAPER_SEED)) },
    {
      provide: VenueLog,
      inject: [CONFIG],
      useFactory: (config: Config) => new VenueLog(config.PAPER_LOG_FILE, config.PAPER_LOG_SYNC === 'on'),
    },
    { provide: LOG_ID, inject: [VenueLog, Book, LOGGER], useFactory: rebuildAndTell },
    {
      provide: VENUE_PARTS,
      inject: [Book, VenueLog, Faults, LOG_ID],
      useFactory: (book: Book, log: VenueLog, faults: Faults, logId: string): VenueParts => ({
        ...{ book, log, faults, logId, clock: systemClock },
      }),
    },
    { provide: Venue, inject: [VENUE_PARTS], useFactory: venueOf },
    {
      provide: Desk,
      inject: [VENUE_PARTS, Venue],
      useFactory: (parts: VenueParts, venue: Venue) => new Desk(parts, venue),
    },
    { provide: DayEnd, inject: [Venue], useFactory: (venue: Venue) => new DayEnd(venue, systemClock) },
  ],
})
export class PaperBrokerModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(Venue) private readonly venue: Venue,
    @Inject(VenueLog) private readonly log: VenueLog,
    @Inject(Faults) private readonly faults: Faults,
    @Inject(DayEnd) private readonly dayEnd: DayEnd,
  ) {}

  onModuleInit(): void {
    this.venue.reseed(this.faults.state.seed);
    this.venue.resume();
    this.dayEnd.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.dayEnd.stop();
    this.venue.close();
    await this.log.close();
  }
}
