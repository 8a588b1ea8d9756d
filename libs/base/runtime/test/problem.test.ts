import { connect } from 'node:net';
import { BadRequestException, ForbiddenException, ServiceUnavailableException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { answerFor, HttpProblem, isUnavailable } from '../src/problem.ts';

/** An error as `pg` throws it. */
function postgresError(code: string, message = 'from the server'): Error {
  return Object.assign(new Error(message), { code });
}

describe('answerFor', () => {
  it('answers a refusal with its code, words, details and headers', () => {
    const problem = new HttpProblem('RATE_LIMITED', 'Slow down', [{ field: 'x', message: 'y' }], {
      'retry-after': '7',
    });
    const answer = answerFor(problem);
    expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMITED', message: 'Slow down', unexpected: false });
    expect(answer.details).toEqual([{ field: 'x', message: 'y' }]);
    expect(answer.headers).toEqual({ 'retry-after': '7' });
  });

  it("answers a lib's error of the same shape alike, and no other error that happens to have a code", () => {
    const refusal = Object.assign(new Error('no'), { code: 'FORBIDDEN', details: [] });
    expect(answerFor(refusal)).toMatchObject({ status: 403, message: 'no' });
    expect(answerFor(postgresError('FORBIDDEN')).status).toBe(500);
  });

  it.each(['08006', '57P01', '57P03', '53300'])('answers SQLSTATE %s with 503 and Retry-After', (code) => {
    expect(answerFor(postgresError(code))).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });

  it.each(['23505', '42P01', '22P02'])('answers SQLSTATE %s with 500 and none of its words', (code) => {
    const answer = answerFor(postgresError(code, 'duplicate key in table canary'));
    expect(answer).toMatchObject({ status: 500, code: 'INTERNAL_ERROR', unexpected: true });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('knows a refused connection, a pool that waits in vain, and their wrappers', async () => {
    const refused = await new Promise<Error>((resolve) => connect(1, '127.0.0.1').on('error', resolve));
    expect(isUnavailable(refused)).toBe(true);
    expect(isUnavailable(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isUnavailable(new Error('query failed', { cause: refused }))).toBe(true);
    expect(isUnavailable(new AggregateError([new Error('a'), refused]))).toBe(true);
    expect(isUnavailable(Object.assign(new Error('no file'), { code: 'ENOENT', syscall: 'open' }))).toBe(false);
    expect(isUnavailable('text')).toBe(false);
  });

  it('keeps the words of Nest for 4xx only', () => {
    expect(answerFor(new BadRequestException('no such page'))).toMatchObject({ status: 400, message: 'no such page' });
    expect(answerFor(new ForbiddenException())).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const unavailable = answerFor(new ServiceUnavailableException('canary'));
    expect(unavailable).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(unavailable.message).not.toContain('canary');
  });

  it('answers whatever else is thrown with 500', () => {
    expect(answerFor(undefined).status).toBe(500);
    expect(answerFor(new TypeError('x is not a function'))).toMatchObject({ status: 500, unexpected: true });
  });
});
