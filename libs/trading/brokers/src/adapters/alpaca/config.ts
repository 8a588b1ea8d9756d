import { inspect } from 'node:util';
import { type Duration, milliseconds } from '@keelson/kernel';
import { BrokerError } from '../../errors.ts';
import { alpacaCapabilities } from './capabilities.ts';
import type { InstrumentKinds } from './symbols.ts';

/** How the adapter reaches Alpaca, and as whom. */
export interface AlpacaSettings {
  readonly keyId: string;
  readonly secretKey: string;
  /** `live` trades real money, and is refused unless `liveTrading` is true as well. */
  readonly environment: 'paper' | 'live';
  readonly liveTrading?: boolean;
  /** The one account of ours that these keys belong to; orders for others are refused. Must be given for `live`. */
  readonly account?: string;
  /** What an instrument is: Alpaca's name of a share may be ours of a future. */
  readonly kindOf: InstrumentKinds;
  /** Address of an emulator; only for `paper`. Without TLS only on this machine, since the keys go with each request. */
  readonly url?: string;
  /** What the subscription allows, 200 unless one pays for more. */
  readonly requestsPerMinute?: number;
  /** Time for an answer to a query or cancel, waiting for its turn included. */
  readonly queryWithin?: Duration;
  readonly reconnectAfter?: { readonly least: Duration; readonly most: Duration };
  /** A stream that answers no ping for so long is dead. */
  readonly silenceLimit?: Duration;
  /** How far back a stream without a cursor begins. */
  readonly historyWithin?: Duration;
}

/** The key pair. It shows itself to nobody: not in JSON, not in logs, not in an error's properties. */
export class AlpacaKeys {
  readonly #keyId: string;
  readonly #secretKey: string;

  constructor(keyId: string, secretKey: string) {
    this.#keyId = keyId;
    this.#secretKey = secretKey;
  }

  headers(): Record<string, string> {
    return { 'apca-api-key-id': this.#keyId, 'apca-api-secret-key': this.#secretKey };
  }

  /** The first message of a stream. */
  authenticate(): string {
    return JSON.stringify({
      action: 'authenticate',
      data: { key_id: this.#keyId, secret_key: this.#secretKey },
    });
  }

  toJSON(): string {
    return '[keys]';
  }

  [inspect.custom](): string {
    return '[keys]';
  }
}

/** Settings with their defaults, in milliseconds, as the adapter uses them. */
export interface AlpacaConfig {
  readonly keys: AlpacaKeys;
  readonly account: string | undefined;
  readonly kindOf: InstrumentKinds;
  readonly origin: string;
  readonly streamUrl: string;
  readonly requestsPerMinute: number;
  readonly queryMs: number;
  readonly answerGraceMs: number;
  readonly reconnectMs: { readonly least: number; readonly most: number };
  readonly silenceMs: number;
  readonly historyMs: number;
}

const ORIGINS = { paper: 'https://paper-api.alpaca.markets', live: 'https://api.alpaca.markets' } as const;
const THIS_MACHINE = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Checks settings. Throws BrokerError `configuration`, which repeats neither a key nor an address. */
export function alpacaConfig(settings: AlpacaSettings): AlpacaConfig {
  if (settings.keyId === '' || settings.secretKey === '') {
    throw unusable('ALPACA_KEY_ID and ALPACA_SECRET_KEY must both be set; they are made in Alpaca’s dashboard');
  }
  if (settings.environment === 'live') {
    if (settings.liveTrading !== true) {
      throw unusable('ALPACA_ENVIRONMENT is live: set LIVE_TRADING=on as well to trade real money, or use paper');
    }
    if (settings.account === undefined) {
      throw unusable('ALPACA_ENVIRONMENT is live: set ALPACA_ACCOUNT_ID to the one account that these keys are for');
    }
  }
  const origin = originOf(settings);
  const { least, most } = settings.reconnectAfter ?? { least: '200 milliseconds', most: '10 seconds' };
  return {
    keys: new AlpacaKeys(settings.keyId, settings.secretKey),
    account: settings.account,
    kindOf: settings.kindOf,
    origin,
    streamUrl: `${origin.replace(/^http/, 'ws')}/stream`,
    requestsPerMinute: settings.requestsPerMinute ?? alpacaCapabilities.requestsPerMinute!,
    queryMs: milliseconds(settings.queryWithin ?? '5 seconds'),
    answerGraceMs: milliseconds(alpacaCapabilities.answerGrace),
    reconnectMs: { least: milliseconds(least), most: milliseconds(most) },
    silenceMs: milliseconds(settings.silenceLimit ?? '10 seconds'),
    historyMs: milliseconds(settings.historyWithin ?? '30 days'),
  };
}

function originOf({ environment, url }: AlpacaSettings): string {
  if (url === undefined) return ORIGINS[environment];
  if (environment === 'live') throw unusable('ALPACA_URL may not be set when ALPACA_ENVIRONMENT is live');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw unusable('ALPACA_URL must be an http or https address');
  if (parsed.username !== '' || parsed.password !== '' || parsed.pathname !== '/' || parsed.search !== '') {
    throw unusable('ALPACA_URL must be host and port only: no user name, path or query');
  }
  if (parsed.protocol === 'http:' && !THIS_MACHINE.has(parsed.hostname)) {
    throw unusable('ALPACA_URL must be https outside of this machine: the keys travel with each request');
  }
  return parsed.origin;
}

function unusable(message: string): BrokerError {
  return new BrokerError('configuration', message);
}
