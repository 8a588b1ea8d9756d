import { api, services } from '@keelson/catalogue';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { ConfigError, loadConfig } from '../src/config.ts';

const complete = {
  PORT: '3000',
  DATABASE_URL: 'postgres://keelson_app:secret@127.0.0.1/keelson',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AUTH_JWKS: '{"keys":[]}',
};

function problemsOf(env: NodeJS.ProcessEnv, schema: z.ZodObject = api.env): ConfigError {
  try {
    loadConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('This environment was expected to be refused');
}

describe('loadConfig', () => {
  it('types, defaults and freezes the keys of the schema and leaves the rest of the environment out', () => {
    const config = loadConfig(api.env, { ...complete, PATH: '/bin' });
    expect(config.PORT).toBe(3000);
    expect(config.LOG_LEVEL).toBe('info');
    expect(config).not.toHaveProperty('PATH');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names every missing, malformed and unknown key at once', () => {
    const { problems } = problemsOf({
      PORT: 'many',
      REDIS_URL: 'http://x',
      DATABASE_POOLSIZE: '3',
      KEELSON_NONSENSE: '1',
    });
    expect(problems.map(({ key, problem }) => `${key} ${problem}`)).toEqual([
      'PORT invalid',
      'DATABASE_URL missing',
      'REDIS_URL invalid',
      'AUTH_JWKS missing',
      'DATABASE_POOLSIZE unknown',
      'KEELSON_NONSENSE unknown',
    ]);
    expect(problems[1]?.expected).toContain('as the role keelson_app');
    expect(problems[3]?.expected).toContain('AUTH_JWKS_URL');
    expect(problems[4]?.expected).toContain('did you mean DATABASE_POOL_SIZE?');
  });

  it('never repeats a value, whatever the key', () => {
    const canary = 'canary-5f0e';
    for (const spec of services) {
      const keys = [...Object.keys(spec.env.shape), 'DATABASE_TYPO', 'AUTH_TYPO'];
      const error = problemsOf(Object.fromEntries(keys.map((key) => [key, `{${canary}:${key}`])), spec.env);
      expect(error.problems.length).toBeGreaterThan(2);
      expect(`${error.message}${JSON.stringify(error.problems)}${error.stack}`).not.toContain(canary);
    }
  });

  it('takes an empty value for an absent one', () => {
    expect(loadConfig(api.env, { ...complete, LOG_LEVEL: '' }).LOG_LEVEL).toBe('info');
    expect(problemsOf({ ...complete, DATABASE_URL: '' }).problems[0]?.problem).toBe('missing');
  });

  it('takes the keys of tokens by URL instead', () => {
    const byUrl = { ...complete, AUTH_JWKS: '', AUTH_JWKS_URL: 'https://auth.example/jwks.json' };
    expect(loadConfig(api.env, byUrl).AUTH_JWKS_URL).toBe('https://auth.example/jwks.json');
    expect(problemsOf({ ...complete, AUTH_JWKS: '{broken' }).problems[0]?.expected).toContain('JSON Web Key Set');
  });

  it('lets keys of other services and of the process pass, so that one environment file may serve several', () => {
    const env = { ...complete, WORKER_CONCURRENCY: '8', PAPER_SEED: '1', KEELSON_STATE_DIR: '/x', JEST_WORKER_ID: '1' };
    expect(() => loadConfig(api.env, env)).not.toThrow();
  });
});
