import { z } from 'zod';

/**
 * Environment variables that more than one service reads. A value that differs between environments is here and nowhere
 * in code; a secret has no default. Unknown keys with one of our prefixes are refused at start, so a typo cannot pass.
 */
export const port = z.coerce.number().int().min(1).max(65_535);
export const percent = z.coerce.number().min(0).max(100);
export const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ });
const redisUrl = z.url({ protocol: /^rediss?$/ });
const httpUrl = z.url({ protocol: /^https?$/ });

/** True for the text of `{"keys":[…]}`; what its keys must be like is checked where tokens are verified. */
function isKeySet(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { keys?: unknown }).keys);
  } catch {
    return false;
  }
}
const jwks = z.string().refine(isKeySet, 'must be a JSON Web Key Set, {"keys":[…]}');

export const processEnv = {
  PORT: port.describe('port that the service listens on'),
  HOST: z.string().default('127.0.0.1').describe('address that the service binds to'),
  KEELSON_ENVIRONMENT: z
    .enum(['local', 'dev', 'staging', 'prod'])
    .default('local')
    .describe('which environment this is'),
  KEELSON_INSTANCE: z.string().min(1).optional().describe('name of this instance in logs and leases'),
  KEELSON_VERSION: z.string().default('0.1.0').describe('released version, shown by /health'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('lowest level that is logged'),
};

export const postgresEnv = {
  DATABASE_URL: postgresUrl.describe('Postgres, as the role keelson_app (may go through a transaction-mode pooler)'),
  DATABASE_DIRECT_URL: postgresUrl
    .optional()
    .describe('Postgres without a pooler, for session locks; DATABASE_URL when absent'),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10).describe('connections of one process'),
};

export const redisEnv = {
  REDIS_URL: redisUrl.describe('Redis, carrier of wake-ups and frames; losing its data loses nothing'),
};

export const tokenEnv = {
  AUTH_ISSUER: z.string().default('keelson').describe('issuer that access tokens must name'),
  AUTH_AUDIENCE: z.string().default('authenticated').describe('audience that access tokens must name'),
  AUTH_JWKS: jwks.optional().describe('public keys that sign access tokens, inline'),
  AUTH_JWKS_URL: httpUrl
    .optional()
    .describe('public keys that sign access tokens, by URL (Supabase: …/auth/v1/.well-known/jwks.json)'),
};

/** A service that checks tokens needs their keys in one of two ways; checked beside the other keys, not after them. */
export function withTokenKeys<Schema extends z.ZodObject>(schema: Schema): Schema {
  return schema.refine(({ AUTH_JWKS, AUTH_JWKS_URL }) => AUTH_JWKS !== undefined || AUTH_JWKS_URL !== undefined, {
    path: ['AUTH_JWKS'],
    error: 'set this key or AUTH_JWKS_URL',
    when: () => true,
  });
}

/** For services that pages of other origins call (INF-FR-017). */
export const browserEnv = {
  CORS_ORIGINS: z
    .string()
    .optional()
    .describe('origins of pages that may call this service, comma separated; on a local stack any loopback page may'),
};

export const venueEnv = {
  PAPER_BROKER_URL: httpUrl.describe('the simulated venue'),
};

/** For services that send orders to venues. */
export const breakerEnv = {
  LIVE_TRADING: z
    .enum(['on', 'off'])
    .default('off')
    .describe(
      'one of two switches for real money: without it no live venue gets an order; the other is the account’s mode',
    ),
  BREAKER_FAILURES: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(3)
    .describe('failures of a venue in a row after which it gets no new order for a while'),
  BREAKER_WINDOW_SECONDS: z.coerce.number().min(1).default(300).describe('time in which those failures lie'),
  BREAKER_COOL_DOWN_SECONDS: z.coerce
    .number()
    .min(1)
    .default(600)
    .describe('how long it gets none; then one as a probe'),
};

/** An account at Alpaca. All of it may be left out: then there is no venue of that name. */
export const alpacaEnv = {
  ALPACA_KEY_ID: z.string().min(1).optional().describe('key of the Alpaca account; without it Alpaca is no venue here'),
  ALPACA_SECRET_KEY: z.string().min(1).optional().describe('its secret'),
  ALPACA_ENVIRONMENT: z
    .enum(['paper', 'live'])
    .default('paper')
    .describe('live trades real money, and needs LIVE_TRADING and ALPACA_ACCOUNT_ID too'),
  ALPACA_ACCOUNT_ID: z
    .uuid()
    .optional()
    .describe('the one account of ours that these keys are for; others are refused'),
  ALPACA_REQUESTS_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(20)
    .max(10_000)
    .default(200)
    .describe('requests that the subscription allows; cancels go first'),
  ALPACA_URL: httpUrl.optional().describe('an emulator in the place of Alpaca’s paper environment'),
};

/** What a service that talks to Alpaca keeps secret. */
export const alpacaSecrets = [
  { variable: 'ALPACA_KEY_ID', purpose: 'who trades at Alpaca', rotateEvery: '90 days' },
  { variable: 'ALPACA_SECRET_KEY', purpose: 'trades at Alpaca', rotateEvery: '90 days' },
] as const;
