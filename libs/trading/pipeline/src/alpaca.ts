import { AlpacaBroker, type AlpacaSettings } from '@keelson/brokers';
import { findInstrument, type InstrumentKind } from '@keelson/market';
import type { Database } from '@keelson/persistence';

/** The Alpaca account of a process; its live switch is that of the environment. */
export type AlpacaAccess = Omit<AlpacaSettings, 'kindOf' | 'liveTrading'>;

/** The variables that name it, as the catalogue has them. */
export interface AlpacaVariables {
  readonly ALPACA_KEY_ID?: string | undefined;
  readonly ALPACA_SECRET_KEY?: string | undefined;
  readonly ALPACA_ENVIRONMENT: 'paper' | 'live';
  readonly ALPACA_ACCOUNT_ID?: string | undefined;
  readonly ALPACA_REQUESTS_PER_MINUTE: number;
  readonly ALPACA_URL?: string | undefined;
}

/** Undefined where no key is configured: then there is no venue of that name. Half a pair of keys is refused later. */
export function alpacaAccess(variables: AlpacaVariables): AlpacaAccess | undefined {
  const { ALPACA_KEY_ID: keyId, ALPACA_SECRET_KEY: secretKey, ALPACA_ACCOUNT_ID, ALPACA_URL } = variables;
  if (keyId === undefined && secretKey === undefined) return undefined;
  return {
    ...{ keyId: keyId ?? '', secretKey: secretKey ?? '', environment: variables.ALPACA_ENVIRONMENT },
    requestsPerMinute: variables.ALPACA_REQUESTS_PER_MINUTE,
    ...(ALPACA_ACCOUNT_ID !== undefined && { account: ALPACA_ACCOUNT_ID }),
    ...(ALPACA_URL !== undefined && { url: ALPACA_URL }),
  };
}

/** Throws BrokerError `configuration`. */
export function makeAlpaca(access: AlpacaAccess, liveTrading: boolean, database: Database): AlpacaBroker {
  return new AlpacaBroker({ ...access, liveTrading, kindOf: rememberedKinds(database) });
}

/** Instruments never change their kind: what was read once is read no more. A name that is not there is asked for again. */
function rememberedKinds(database: Database): AlpacaSettings['kindOf'] {
  const kinds = new Map<string, InstrumentKind>();
  return async (symbol) => {
    const remembered = kinds.get(symbol);
    if (remembered !== undefined) return remembered;
    const kind = (await database.platform((tx) => findInstrument(tx, symbol)))?.kind;
    if (kind !== undefined) kinds.set(symbol, kind);
    return kind;
  };
}
