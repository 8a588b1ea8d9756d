import { describe, expect, it } from '@jest/globals';
import { createLogger } from '../src/logger.ts';
import { scrub } from '../src/scrub.ts';

describe('scrub', () => {
  it.each([
    ['a password in a URL', 'connect postgres://app:canary@db/x', 'connect postgres://app:[redacted]@db/x'],
    ['a URL with only a password', 'rediss://:canary@host:6379', 'rediss://:[redacted]@host:6379'],
    ['a webhook key in text', `got kw_${'canary_'.repeat(6)}A`, 'got kw_[redacted]'],
    ['a token in text', 'sent eyJhbGciOiJF.eyJzdWIiOiJ.canary-signature', 'sent [redacted token]'],
    ['a named field', '{"password":"canary","n":1}', '{"password":"[redacted]","n":1}'],
    ['a field with quotes in it', '{"secret":"a\\"canary","n":1}', '{"secret":"[redacted]","n":1}'],
    [
      'JSON inside a string',
      '{"body":"{\\"key\\":\\"canary\\",\\"n\\":1}"}',
      '{"body":"{\\"key\\":\\"[redacted]\\",\\"n\\":1}"}',
    ],
    ['any letter case', '{"Authorization":"Bearer canary"}', '{"Authorization":"[redacted]"}'],
  ])('removes %s', (_what, line, expected) => {
    expect(scrub(line)).toBe(expected);
  });

  it('leaves ordinary lines as they are', () => {
    const line = '{"message":"Listening","url":"http://127.0.0.1:3000","keys":"two","monkey":"x","path":"/kw_short"}';
    expect(scrub(line)).toBe(line);
  });
});

describe('createLogger', () => {
  function lineOf(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
    const lines: string[] = [];
    write(
      createLogger({ service: 'api', instance: 'api-2', level: 'info', stream: { write: (line) => lines.push(line) } }),
    );
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0]!) as Record<string, unknown>;
  }

  it('writes the fields of INF-FR-018', () => {
    const line = lineOf((logger) => logger.warn({ order_id: 'o1' }, 'late'));
    expect(line).toMatchObject({
      level: 'WARNING',
      logger: 'keelson.api',
      instance: 'api-2',
      message: 'late',
      order_id: 'o1',
    });
    expect(new Date(String(line['timestamp'])).getTime()).toBeGreaterThan(Date.now() - 10_000);
  });

  it('redacts at any depth and in errors', () => {
    const error = new Error('cannot reach postgres://app:canary@db/x');
    const line = lineOf((logger) => logger.error({ error, a: { b: [{ token: 'canary' }] } }, 'failed'));
    expect(JSON.stringify(line)).not.toContain('canary');
    expect(line['level']).toBe('ERROR');
  });
});
