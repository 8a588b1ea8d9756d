import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAmount, readTime } from '../src/alert-fields.ts';
import { JsonSyntaxError } from '../src/json-position.ts';
import { type Member, scanObject } from '../src/json-scan.ts';
import { maskedBody, parseAlert, readEnvelope } from '../src/parse-alert.ts';

const KEY = `kw_${'k'.repeat(43)}`;

function envelopeOf(text: string) {
  const envelope = readEnvelope(Buffer.from(text));
  if ('outcome' in envelope) throw new Error(envelope.message);
  return envelope;
}

const member = (kind: Member['kind'], text: string): Member => ({ kind, text, start: 0, end: 0 });

describe('the scanner', () => {
  it('reads what JSON.parse reads, for any object of texts, numbers and lists that is not too deep', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
    );
    const value = fc.oneof(leaf, fc.constant(null), fc.array(leaf, { maxLength: 3 }), fc.dictionary(fc.string(), leaf));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
        const text = JSON.stringify(object, undefined, indent);
        if (/\\u0000|\\ud[89a-f]/i.test(text)) return;
        const members = scanObject(text);
        const parsed = JSON.parse(text) as Record<string, unknown>;
        expect(new Set(members.keys())).toEqual(new Set(Object.keys(parsed)));
        for (const [name, { start, end }] of members) {
          expect(JSON.parse(text.slice(start, end))).toEqual(parsed[name]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what JSON.parse refuses, with its own error and a position inside the text', () => {
    const sound = '{"key": "a\\u0041\\n", "list": [1, -2.5e3, true, null, {"x": {}}], "text": ""}';
    fc.assert(
      fc.property(
        fc.nat(sound.length),
        fc.string({ maxLength: 2, unit: 'grapheme-ascii' }),
        fc.nat(2),
        (at, put, cut) => {
          const text = sound.slice(0, at) + put + sound.slice(at + cut);
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          try {
            scanObject(text);
          } catch (error) {
            expect(error).toBeInstanceOf(JsonSyntaxError);
            expect((error as JsonSyntaxError).position.column).toBeLessThanOrEqual(text.length + 1);
            return;
          }
          expect(valid).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('keeps the digits of a number, and counts lines and columns from 1', () => {
    expect(scanObject('{"a": 0.12345678901234567890}').get('a')).toMatchObject({ text: '0.12345678901234567890' });
    expect(() => scanObject('{"a": 1,\n  "b": tru}')).toThrow('Line 2, column 8: expected a value, found "t"');
  });

  it.each([
    ['\uFEFF{}', 'byte order mark'],
    ['[]', 'expected {'],
    ['{"__proto__": 1, "__proto__": 2}', 'written twice'],
    ['{"a": [{"b": 1, "b": 2}]}', 'written twice'],
    ['{"a": "\\ud800"}', 'surrogate'],
    ['{"a": "\\u0000"}', '\\u0000'],
    ['{"a": "x', 'does not end'],
    ['{"a": Infinity}', 'no JSON numbers'],
    ['{"a": 01}', 'expected a comma'],
    ['{"a": +1}', 'expected a value'],
    ["{'a': 1}", 'double quotes'],
  ])('refuses %j', (text, words) => {
    expect(() => scanObject(text)).toThrow(words);
  });

  it('repeats no name that could be a key', () => {
    expect(() => scanObject(`{"${KEY}": 1, "${KEY}": 2}`)).toThrow('the field is written twice');
  });
});

describe('fields', () => {
  it.each([
    ['1.50', '1.5'],
    ['0.000000000001', '0.000000000001'],
    ['999999999999999999.999999999999', '999999999999999999.999999999999'],
    ['1e0', undefined],
    ['-0', undefined],
    ['0.0', undefined],
    ['.5', undefined],
    ['1.', undefined],
    [' 1', undefined],
  ])('amount %s is %s', (text, canonical) => {
    for (const kind of ['number', 'text'] as const) {
      const read = readAmount(member(kind, text));
      expect('value' in read ? read.value : undefined).toBe(canonical);
    }
  });

  it.each([
    ['text', '2026-11-21T09:30:00Z', '2026-11-21T09:30:00.000Z'],
    ['text', '2026-11-21T10:30:00.5+01:00', '2026-11-21T09:30:00.500Z'],
    ['number', '1795253400000', '2026-11-21T09:30:00.000Z'],
    ['text', '1795253400000', '2026-11-21T09:30:00.000Z'],
    ['number', '1795253400', undefined],
    ['text', '2026-11-21', undefined],
    ['text', '2026-13-21T09:30:00Z', undefined],
    ['boolean', 'true', undefined],
  ] as const)('time as %s %s is %s', (kind, text, expected) => {
    const read = readTime(member(kind, text));
    expect('value' in read ? read.value.toISOString() : undefined).toBe(expected);
  });
});

describe('an alert', () => {
  const text = `{"key": "${KEY}", "ticker": " cme_mini:es1! ", "action": "sell", "quantity": 2, "price": 5000.250, "order_id": "exit"}`;

  it('means what it says', () => {
    expect(parseAlert(envelopeOf(text))).toEqual({
      ...{ ticker: 'CME_MINI:ES1!', side: 'sell', quantity: '2', price: '5000.25', orderReference: 'exit' },
      ...{ id: undefined, sentAt: undefined, terms: undefined, exits: undefined, legs: undefined, reduceOnly: false },
    });
  });

  it('is kept with its key masked, and otherwise as it came', () => {
    expect(maskedBody(envelopeOf(text))).toBe(text.replace(KEY, '***'));
    const escaped = text.replace('"kw_', '"\\u006bw_');
    expect(envelopeOf(escaped).key).toBe(KEY);
    expect(maskedBody(envelopeOf(escaped))).not.toContain('k'.repeat(43));
  });

  it('names every wrong field at once, in the order of the documentation', () => {
    const refusal = parseAlert(envelopeOf(`{"key": "${KEY}", "quantity": 0, "price": "x", "note": 1}`));
    if (!('outcome' in refusal)) throw new Error('It was taken');
    expect(refusal.details.map(({ field }) => field)).toEqual([
      'note',
      'ticker',
      'action',
      'quantity',
      'price',
      'order_id',
    ]);
  });

  it('with its key in another field or name is refused without repeating it', () => {
    for (const misplaced of [text.replace('"exit"', `"exit ${KEY}"`), text.replace('}', `, "x${KEY}": 1}`)]) {
      const refusal = parseAlert(envelopeOf(misplaced));
      expect(refusal).toMatchObject({ outcome: 'invalid' });
      expect(JSON.stringify(refusal)).not.toContain(KEY);
    }
  });
});
