import type { SimulatedBroker } from '@keelson/brokers';
import type { Exits, Side } from '@keelson/contracts';
import { Decimal, decimalText, type Id } from '@keelson/kernel';
import type { HistoryFlow } from './flow.ts';
import type { Random } from './random.ts';
import { type Traded, traded } from './traded.ts';
import type { WalkingMarket } from './walking-market.ts';

interface TraderParts {
  readonly accountId: Id;
  readonly market: WalkingMarket;
  readonly venue: SimulatedBroker;
  readonly flow: HistoryFlow;
  readonly random: Random;
}

/** Of a hundred entries, so many ask for ten times as much as they should, and are denied. */
const FAT_FINGERED = 0.03;
/** How often an entry goes with the trend of its price. */
const FOLLOWS = 0.75;

/** The strategies of the history: they enter by chance with a stop and a target, and leave by them or at the day's end. */
export class Trader {
  readonly #parts: TraderParts;
  #signals = 0;

  constructor(parts: TraderParts) {
    this.#parts = parts;
  }

  get signals(): number {
    return this.#signals;
  }

  /** Five minutes of a session: what rests at the venue may fill, then whoever is flat may enter. */
  async step(instant: Date, stretch: number, mayEnter: boolean): Promise<void> {
    const { market, flow, venue, random } = this.#parts;
    market.comeTo(instant, stretch);
    await flow.hear(venue.advance());
    if (!mayEnter) return;
    const held = await this.#held();
    for (const one of traded) {
      if (random.next() < one.eager && !held.has(one.symbol)) await this.#enter(one);
    }
  }

  /** The end of a day: who does not stay over night leaves at the market; the venue takes back what protected it. */
  async endDay(instant: Date): Promise<void> {
    const { market, flow, venue } = this.#parts;
    market.comeTo(instant, 1);
    const held = await this.#held();
    for (const one of traded) {
      const net = held.get(one.symbol);
      if (!net || one.swings) continue;
      const side = net.isPositive() ? 'sell' : 'buy';
      await this.#send(one, side, decimalText(net.abs()), undefined);
      await flow.hear(venue.advance());
    }
  }

  /** The venue takes back an execution that opened what is held: a clearly erroneous price. */
  async bustOne(): Promise<boolean> {
    const { venue, market, flow, accountId } = this.#parts;
    const held = await this.#held();
    const known = await venue.executions(accountId, new Date(0));
    const executions = known.outcome === 'known' ? known.items : [];
    const opening = executions.findLast(({ symbol, side }) => {
      const net = held.get(symbol);
      return net && net.isPositive() === (side === 'buy');
    });
    const report = opening && venue.bust(opening.executionId, 'clearly erroneous price');
    if (!report) return false;
    market.tick();
    await flow.hear([report]);
    await flow.hear(venue.advance());
    return true;
  }

  async #held(): Promise<ReadonlyMap<string, Decimal>> {
    const held = await this.#parts.venue.positions(this.#parts.accountId);
    const positions = held.outcome === 'known' ? held.positions : [];
    return new Map(positions.map(({ symbol, netQuantity }) => [symbol, new Decimal(netQuantity)]));
  }

  /** Stop at about one and a half hours' deviation, target at one and a half to two and a half times that. */
  async #enter(one: Traded): Promise<void> {
    const { market, random } = this.#parts;
    const away = random.next() < FOLLOWS ? market.trend(one.symbol) : -market.trend(one.symbol);
    const side: Side = away === 1 ? 'buy' : 'sell';
    const stop = Math.round(one.moves * (one.swings ? 14 : 4) * (0.8 + random.next() * 0.5));
    const target = Math.round(stop * (1.2 + random.next()));
    const exits: Exits = {
      takeProfit: { limitPrice: decimalText(market.at(one.symbol, away * target)) },
      stopLoss: { type: 'stop', stopPrice: decimalText(market.at(one.symbol, -away * stop)) },
    };
    const units = new Decimal(one.units).times(random.next() < FAT_FINGERED ? 10 : 1);
    await this.#send(one, side, decimalText(units), exits);
  }

  async #send({ symbol, strategy }: Traded, side: Side, quantity: string, exits: Exits | undefined): Promise<void> {
    const { market, flow, accountId } = this.#parts;
    market.tick();
    const { bid, ask } = market.quote(symbol);
    const price = decimalText(side === 'buy' ? ask : bid);
    this.#signals += 1;
    const signal = { accountId, strategy, symbol, side, quantity, price, exits, at: market.now() };
    await flow.signal({ ...signal, key: String(this.#signals), reduceOnly: exits === undefined });
  }
}
