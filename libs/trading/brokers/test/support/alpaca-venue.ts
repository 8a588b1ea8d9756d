import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlpacaBroker } from '../../src/adapters/alpaca/client.ts';
import type { AlpacaSettings } from '../../src/adapters/alpaca/config.ts';
import type { InstrumentKind } from '../../src/adapters/alpaca/symbols.ts';
import type { OrderRequest } from '../../src/broker.port.ts';
import { AlpacaEmulator, type EmulatorOptions } from '../emulators/alpaca/emulator.ts';

const KINDS: Readonly<Record<string, InstrumentKind>> = {
  AAPL: 'equity',
  SPY: 'equity',
  MSFT: 'equity',
  'BTC/USD': 'crypto',
  ES: 'future',
  'EUR/USD': 'fx',
  AAPL261218C00200000: 'option',
};

/** The emulator with a log in a folder of its own, and the adapter as the worker has it but for shorter pauses. */
export interface AlpacaVenue {
  readonly emulator: AlpacaEmulator;
  readonly broker: AlpacaBroker;
  /** Another program with the same keys. */
  brokerWith(change: Partial<AlpacaSettings>): AlpacaBroker;
  close(): Promise<void>;
}

export async function alpacaVenue(
  options: Omit<EmulatorOptions, 'logFile'> = {},
  settings: Partial<AlpacaSettings> = {},
): Promise<AlpacaVenue> {
  const folder = await mkdtemp(join(tmpdir(), 'alpaca-emulator-'));
  const emulator = await AlpacaEmulator.start({ logFile: join(folder, 'venue.log'), ...options });
  const brokers: AlpacaBroker[] = [];
  const brokerWith = (change: Partial<AlpacaSettings>): AlpacaBroker => {
    const broker = new AlpacaBroker({
      ...{ keyId: emulator.keyId, secretKey: emulator.secretKey, environment: 'paper', url: emulator.url },
      kindOf: (symbol) => Promise.resolve(KINDS[symbol]),
      reconnectAfter: { least: '10 milliseconds', most: '100 milliseconds' },
      ...settings,
      ...change,
    });
    brokers.push(broker);
    return broker;
  };
  return {
    emulator,
    broker: brokerWith({}),
    brokerWith,
    close: async () => {
      await Promise.all(brokers.map((broker) => broker.close()));
      await emulator.crash();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Ten shares at the market, unless said otherwise. */
export function alpacaOrder(change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId: `kt-${randomUUID()}`,
    account: 'account',
    symbol: 'AAPL',
    side: 'buy',
    terms: { type: 'market', timeInForce: 'day' },
    quantity: '10',
    reduceOnly: false,
    ...change,
  };
}

export function soon(ms = 2_000): Date {
  return new Date(Date.now() + ms);
}
