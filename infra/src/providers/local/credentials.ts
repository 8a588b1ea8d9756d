import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { LocalContext, LocalHandler } from './handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';

const inputs = z.strictObject({
  /** Postgres as its owner, with everything but the password when `ownPostgres`. */
  postgresUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Whether this stack runs Postgres itself, and so chooses the owner's password. */
  ownPostgres: z.boolean(),
  redisUrl: z.url({ protocol: /^rediss?$/ }),
  ownRedis: z.boolean(),
  issuer: z.string().min(1),
  audience: z.string().min(1),
});

type CredentialsInputs = z.infer<typeof inputs>;

const jwk = z.record(z.string(), z.unknown());

/** The file that tools of this checkout read; mode 0600. */
const credentialsFile = z.object({
  databaseAdminUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  auth: z.object({
    privateJwk: jwk,
    jwks: z.object({ keys: z.array(jwk) }),
    issuer: z.string(),
    audience: z.string(),
  }),
  demo: z.object({ webhookKey: z.string(), webhookPathId: z.string() }),
});

type CredentialsFile = z.infer<typeof credentialsFile>;

const SECRET_OUTPUTS = [
  'databaseAdminUrl',
  'databaseAdminPassword',
  'databaseAppPassword',
  'databaseUrl',
  'redisUrl',
  'redisPassword',
  'privateJwk',
  'webhookKey',
  'webhookPathId',
];

/** Letters and digits only: fits into URLs, configuration files and protocol lines as it is. */
function randomText(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function withLogin(url: string, user: string, password: string): string {
  const parsed = new URL(url);
  parsed.username = user;
  parsed.password = password;
  return parsed.href;
}

function passwordIn(url: string | undefined): string | undefined {
  return url === undefined ? undefined : decodeURIComponent(new URL(url).password) || undefined;
}

/** An ES256 key pair as JSON Web Keys. The key's id is a hash of its public part, so that keys can be told apart. */
function signingKey(): Pick<CredentialsFile['auth'], 'privateJwk' | 'jwks'> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const open = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(`${open.x}.${open.y}`).digest('base64url').slice(0, 16);
  const about = { kid, alg: 'ES256', use: 'sig' };
  return { privateJwk: { ...privateKey.export({ format: 'jwk' }), ...about }, jwks: { keys: [{ ...open, ...about }] } };
}

function readFile(file: string): CredentialsFile | undefined {
  if (!statSync(file, { throwIfNoEntry: false })) return undefined;
  const parsed = credentialsFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file} is not what this version writes; restore it, or wipe the stack`);
  return parsed.data;
}

/** Secrets of an earlier life of this stack stay, as its data do; what is missing is made. */
function compose(wanted: CredentialsInputs, earlier: CredentialsFile | undefined): CredentialsFile {
  const redis = passwordIn(earlier?.redisUrl) ?? randomText(24);
  const owner = passwordIn(earlier?.databaseAdminUrl) ?? randomText(24);
  const app = passwordIn(earlier?.databaseUrl) ?? randomText(24);
  const ownerName = new URL(wanted.postgresUrl).username;
  return {
    databaseAdminUrl: wanted.ownPostgres ? withLogin(wanted.postgresUrl, ownerName, owner) : wanted.postgresUrl,
    databaseUrl: withLogin(wanted.postgresUrl, 'keelson_app', app),
    redisUrl: wanted.ownRedis ? withLogin(wanted.redisUrl, '', redis) : wanted.redisUrl,
    auth: { ...(earlier?.auth ?? signingKey()), issuer: wanted.issuer, audience: wanted.audience },
    demo: earlier?.demo ?? {
      webhookKey: `kw_${randomBytes(32).toString('base64url')}`,
      webhookPathId: randomBytes(16).toString('base64url'),
    },
  };
}

function textOf(credentials: CredentialsFile): string {
  return `${JSON.stringify(credentials, null, 2)}\n`;
}

function write(context: LocalContext, credentials: CredentialsFile): Properties {
  const file = context.folders.credentialsFile;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, textOf(credentials), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return outputsOf(credentials);
}

function outputsOf(credentials: CredentialsFile): Properties {
  return {
    databaseAdminUrl: credentials.databaseAdminUrl,
    databaseAdminPassword: passwordIn(credentials.databaseAdminUrl) ?? '',
    databaseAppPassword: passwordIn(credentials.databaseUrl) ?? '',
    databaseUrl: credentials.databaseUrl,
    redisUrl: credentials.redisUrl,
    redisPassword: passwordIn(credentials.redisUrl) ?? '',
    privateJwk: JSON.stringify(credentials.auth.privateJwk),
    jwks: JSON.stringify(credentials.auth.jwks),
    webhookKey: credentials.demo.webhookKey,
    webhookPathId: credentials.demo.webhookPathId,
  };
}

/** What the state knows, in the form of the file: the state can restore a file that was deleted. */
function fromOutputs(outputs: Properties, wanted: CredentialsInputs): CredentialsFile | undefined {
  const text = (name: string): string => String(outputs[name]);
  if (typeof outputs['databaseAdminUrl'] !== 'string') return undefined;
  const auth = { privateJwk: JSON.parse(text('privateJwk')), jwks: JSON.parse(text('jwks')) };
  return credentialsFile.parse({
    databaseAdminUrl: text('databaseAdminUrl'),
    databaseUrl: text('databaseUrl'),
    redisUrl: text('redisUrl'),
    auth: { ...auth, issuer: wanted.issuer, audience: wanted.audience },
    demo: { webhookKey: text('webhookKey'), webhookPathId: text('webhookPathId') },
  });
}

/** Passwords, the key that signs demo tokens and the demo webhook's key: random, sealed in the state, and in one file. */
export const credentialsHandler: LocalHandler<CredentialsInputs> = {
  schema: inputs,
  secretOutputs: SECRET_OUTPUTS,
  replaceOn: [],
  async drift(context, wanted, outputs) {
    const { credentialsFile: file } = context.folders;
    const expected = fromOutputs(outputs, wanted);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats) return [{ property: 'file', reason: `${file} is gone` }];
    if (expected && readFileSync(file, 'utf8') === textOf(expected)) return [];
    return [{ property: 'file', reason: `${file} differs from the state` }];
  },
  planned: async (_context, _planned, before) =>
    before ?? Object.fromEntries([...SECRET_OUTPUTS, 'jwks'].map((name) => [name, UNKNOWN])),
  create: async (context, wanted) => ({
    id: 'credentials',
    outputs: write(context, compose(wanted, readFile(context.folders.credentialsFile))),
  }),
  update: async (context, wanted, before) => write(context, compose(wanted, fromOutputs(before, wanted))),
  read: async (_context, _wanted, before) => ({ outputs: before }),
  async delete(context) {
    // Data folders outlive their resources, and their passwords with them.
    if (context.wipe) rmSync(context.folders.credentialsFile, { force: true });
  },
};
