import { describe, expect, it } from '@jest/globals';
import { parseAlert, readEnvelope } from '../src/parse-alert.ts';

const KEY = `kw_${'k'.repeat(43)}`;
const PLAIN = { key: KEY, ticker: 'ES1!', action: 'buy', quantity: 2, price: '5000', order_id: 'entry' };

function parse(fields: object) {
  const envelope = readEnvelope(Buffer.from(JSON.stringify({ ...PLAIN, ...fields })));
  if ('outcome' in envelope) throw new Error(envelope.message);
  return parseAlert(envelope);
}

function wanted(fields: object) {
  const alert = parse(fields);
  if ('outcome' in alert) throw new Error(alert.message);
  const { terms, exits, legs, reduceOnly } = alert;
  return { terms, exits, legs, reduceOnly };
}

function problems(fields: object) {
  const refusal = parse(fields);
  if (!('outcome' in refusal)) throw new Error('It was taken');
  return refusal.details.map(({ field, message }) => `${field} ${message}`);
}

const NOTHING = { terms: undefined, exits: undefined, legs: undefined, reduceOnly: false };

describe('what an alert may ask for', () => {
  it('is nothing beyond a market order when it says no more', () => {
    expect(wanted({})).toEqual(NOTHING);
  });

  it.each([
    [{ type: 'market' }, { type: 'market', timeInForce: 'day' }],
    [{ time_in_force: 'ioc' }, { type: 'market', timeInForce: 'ioc' }],
    [
      { type: 'limit', limit_price: 4999.75 },
      { type: 'limit', timeInForce: 'day', limitPrice: '4999.75' },
    ],
    [
      { type: 'stop', stop_price: '5001', time_in_force: 'gtc' },
      { type: 'stop', timeInForce: 'gtc', stopPrice: '5001' },
    ],
    [
      { type: 'stop_limit', stop_price: '5001', limit_price: '5002.50' },
      { type: 'stop_limit', timeInForce: 'day', stopPrice: '5001', limitPrice: '5002.5' },
    ],
    [
      { type: 'trailing_stop', trail_amount: 10 },
      { type: 'trailing_stop', timeInForce: 'day', trail: '10', trailUnit: 'price' },
    ],
    [
      { type: 'trailing_stop', trail_percent: '1.5' },
      { type: 'trailing_stop', timeInForce: 'day', trail: '1.5', trailUnit: 'percent' },
    ],
  ])('%j is the terms %j', (fields, terms) => {
    expect(wanted(fields)).toEqual({ ...NOTHING, terms });
  });

  it.each([
    [{ take_profit: 5100 }, { takeProfit: { limitPrice: '5100' } }],
    [{ stop_loss: '4900' }, { stopLoss: { type: 'stop', stopPrice: '4900' } }],
    [
      { take_profit: '5100', stop_loss: { stop_price: 4900, limit_price: 4890 } },
      {
        takeProfit: { limitPrice: '5100' },
        stopLoss: { type: 'stop_limit', stopPrice: '4900', limitPrice: '4890' },
      },
    ],
    [{ stop_loss: { trail_percent: 2 } }, { stopLoss: { type: 'trailing_stop', trail: '2', trailUnit: 'percent' } }],
  ])('%j is the exits %j', (fields, exits) => {
    expect(wanted(fields)).toEqual({ ...NOTHING, exits });
  });

  it('has legs with the ratio multiplied out', () => {
    const legs = [
      { ticker: 'spy_a', action: 'buy', price: '3' },
      { ticker: 'SPY_B', action: 'sell', ratio: 2, price: 1.25 },
    ];
    expect(wanted({ legs, type: 'limit' })).toEqual({
      ...NOTHING,
      terms: { type: 'limit', timeInForce: 'day', limitPrice: '5000' },
      legs: [
        { ticker: 'SPY_A', side: 'buy', quantity: '2', price: '3' },
        { ticker: 'SPY_B', side: 'sell', quantity: '4', price: '1.25' },
      ],
    });
  });

  it('may only reduce', () => {
    expect(wanted({ reduce_only: true })).toEqual({ ...NOTHING, reduceOnly: true });
  });
});

describe('a refusal of what contradicts itself', () => {
  const leg = { ticker: 'A', action: 'buy', price: 1 };
  it.each([
    [{ type: 'limit' }, 'limit_price is missing'],
    [{ limit_price: 1 }, 'limit_price must not be there: a market order has none; say "type"'],
    [{ type: 'iceberg' }, 'type must be one of "market", "limit", "stop", "stop_limit", "trailing_stop"'],
    [{ type: 'stop', stop_price: -1 }, 'stop_price must not be negative; the direction is in "action"'],
    [{ type: 'trailing_stop', trail_percent: 100 }, 'trail_percent must be less than 100, since it is a percentage'],
    [
      { type: 'trailing_stop', trail_percent: 1, trail_amount: 1 },
      'trail_percent must not be there: it has "trail_amount" already',
    ],
    [{ time_in_force: 'gtc' }, 'time_in_force must be "day", "ioc" or "fok" for a market order'],
    [
      { type: 'stop', stop_price: 1, time_in_force: 'fok' },
      'time_in_force must be "day" or "gtc" for a stop order, which waits for its price',
    ],
    [{ take_profit: 4000 }, 'take_profit must be above 5000, the price of this buy, or it would trade at once'],
    [
      { action: 'sell', stop_loss: 4000 },
      'stop_loss must be above 5000, the price of this sell, or it would trade at once',
    ],
    [{ stop_loss: { stop: 1 } }, 'stop_loss.stop is not known here'],
    [{ stop_loss: true }, 'stop_loss must be a price, or an object'],
    [{ reduce_only: 'yes' }, 'reduce_only must be true or false, without quotes'],
    [{ reduce_only: true, take_profit: 5100 }, 'take_profit must not be there: an order that only reduces'],
    [{ legs: [leg] }, 'legs must be a list of 2 to 4 objects'],
    [{ legs: [leg, { ...leg, ticker: 'B', ratio: 1.5 }] }, 'legs[1].ratio must be a whole number from 1 to 100'],
    [{ legs: [leg, leg] }, 'legs must have each instrument once; legs[1] repeats one'],
    [{ legs: [leg, { ...leg, ticker: 'B' }], stop_loss: 1 }, 'stop_loss must not be there: a spread is left by'],
  ])('%j: %s', (fields, problem) => {
    expect(problems(fields)[0]).toContain(problem);
  });

  it('names the column of a field inside an object', () => {
    const text = `{"key":"${KEY}","ticker":"A","action":"buy","quantity":1,"price":9,"order_id":"x","stop_loss":{"stop_price":0}}`;
    const envelope = readEnvelope(Buffer.from(text));
    if ('outcome' in envelope) throw new Error(envelope.message);
    const refusal = parseAlert(envelope);
    expect(refusal).toMatchObject({
      details: [{ field: 'stop_loss.stop_price', message: 'must be more than zero', column: text.indexOf('0}}') + 1 }],
    });
  });

  it('never repeats a key that stands inside an object', () => {
    for (const fields of [{ stop_loss: { [KEY]: 1 } }, { legs: [{ ticker: KEY }, { [KEY]: 2 }] }]) {
      const refusal = parse(fields);
      expect(JSON.stringify(refusal)).toContain('must not contain the webhook key');
      expect(JSON.stringify(refusal)).not.toContain(KEY);
    }
  });
});
