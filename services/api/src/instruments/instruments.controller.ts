import { requireIdentity } from '@keelson/access/module';
import { decimalText, parseDecimal } from '@keelson/kernel';
import { type Instrument, listInstruments } from '@keelson/market';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, UseGuards } from '@nestjs/common';

function plain(text: string): string {
  const decimal = parseDecimal(text);
  return decimal ? decimalText(decimal) : text;
}

function view({ symbol, name, kind, currency, tickSize, multiplier }: Instrument) {
  return { symbol, name, kind, currency, tick_size: plain(tickSize), multiplier: plain(multiplier) };
}

/** What can be traded; the same for every team. */
@Controller('instruments')
@UseGuards(requireIdentity())
export class InstrumentsController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(): Promise<{ data: ReturnType<typeof view>[] }> {
    const instruments = await this.database.platform((tx) => listInstruments(tx));
    return { data: instruments.map(view) };
  }
}
