import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { alpacaConfig, type AlpacaSettings } from '../src/adapters/alpaca/config.ts';
import { AlpacaBroker } from '../src/adapters/alpaca/client.ts';

const SETTINGS: AlpacaSettings = {
  keyId: 'PK-s3cret',
  secretKey: 's3cret',
  environment: 'paper',
  kindOf: () => Promise.resolve('equity'),
};

describe('live trading', () => {
  it('is refused without its second switch, and without the account that it is for', () => {
    const live: AlpacaSettings = { ...SETTINGS, environment: 'live' };
    const refused = expect.objectContaining({ name: 'BrokerError', code: 'configuration' });
    expect(() => alpacaConfig(live)).toThrow(refused);
    expect(() => alpacaConfig(live)).toThrow(/LIVE_TRADING=on/);
    expect(() => alpacaConfig({ ...live, account: 'account' })).toThrow(/LIVE_TRADING=on/);
    expect(() => alpacaConfig({ ...live, liveTrading: true })).toThrow(/ALPACA_ACCOUNT_ID/);
    const both = { ...live, liveTrading: true, account: 'account' };
    expect(() => alpacaConfig({ ...both, url: 'http://127.0.0.1:1' })).toThrow(/ALPACA_URL/);
    expect(alpacaConfig(both)).toMatchObject({
      origin: 'https://api.alpaca.markets',
      streamUrl: 'wss://api.alpaca.markets/stream',
    });
  });

  it('is not reached by the live switch alone', () => {
    expect(alpacaConfig({ ...SETTINGS, liveTrading: true }).origin).toBe('https://paper-api.alpaca.markets');
  });
});

describe('the settings', () => {
  it.each([
    'http://user:s3cret@127.0.0.1:1',
    'http://127.0.0.1/s3cret',
    'http://127.0.0.1?key=s3cret',
    'ftp://s3cret',
    's3cret',
    'http://s3cret.example',
  ])('refuse the address %s without repeating it', (url) => {
    const use = (): unknown => alpacaConfig({ ...SETTINGS, url });
    expect(use).toThrow(expect.objectContaining({ name: 'BrokerError', code: 'configuration' }));
    expect(use).not.toThrow(/s3cret/);
  });

  it('refuse half a pair of keys', () => {
    expect(() => alpacaConfig({ ...SETTINGS, secretKey: '' })).toThrow(/ALPACA_SECRET_KEY/);
  });

  it('show the keys to nobody', async () => {
    const config = alpacaConfig(SETTINGS);
    const broker = new AlpacaBroker({ ...SETTINGS, url: 'http://127.0.0.1:9' });
    const outcomes = [
      await broker.find('kt-1', 'account'),
      await broker.submit(
        {
          ...{
            clientOrderId: 'kt-1',
            account: 'account',
            symbol: 'AAPL',
            side: 'buy',
            quantity: '1',
            reduceOnly: false,
          },
          terms: { type: 'market', timeInForce: 'day' },
        },
        new Date(Date.now() + 1_000),
      ),
    ];
    await broker.close();
    expect(outcomes[1]).toMatchObject({ outcome: 'not_sent', cause: 'unreachable' });
    for (const shown of [
      JSON.stringify(config),
      inspect(config, { depth: 9 }),
      inspect(broker, { depth: 9 }),
      inspect(outcomes),
    ]) {
      expect(shown).not.toContain('s3cret');
    }
  });
});
