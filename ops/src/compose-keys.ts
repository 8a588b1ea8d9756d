import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { generateSigningKey, generateWebhookKey, mintToken } from '@keelson/access';
import { z } from 'zod';
import { demoTeamId } from './seed/teams.ts';

/** What services read: public keys only. */
const SERVICES_FILE = 'services.env';
/** What seeding and the demo read; no service sees the private key in its environment. */
const DEMO_FILE = 'demo.env';

const demoKeys = z.object({
  DEMO_WEBHOOK_KEY: z.string(),
  DEMO_WEBHOOK_PATH_ID: z.string(),
  DEMO_PRIVATE_JWK: z.string(),
});

function writeEnv(file: string, values: Readonly<Record<string, string>>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
}

/** Makes the keys of a new stack; those of an earlier start stay, as its data do. */
async function ensureKeys(folder: string): Promise<void> {
  const services = path.join(folder, SERVICES_FILE);
  if (existsSync(services)) return;
  const [signing, webhook] = [await generateSigningKey(), generateWebhookKey()];
  mkdirSync(folder, { recursive: true });
  writeEnv(path.join(folder, DEMO_FILE), {
    DEMO_WEBHOOK_KEY: webhook.key,
    DEMO_WEBHOOK_PATH_ID: webhook.pathId,
    DEMO_PRIVATE_JWK: JSON.stringify(signing.privateJwk),
  });
  // Last, because its presence says that the keys are complete.
  writeEnv(services, { AUTH_JWKS: signing.jwks });
}

/** A day's token of the demo team's owner, and the addresses as the host sees them. */
async function demo(folder: string): Promise<object> {
  const keys = demoKeys.parse(parseEnv(readFileSync(path.join(folder, DEMO_FILE), 'utf8')));
  const privateJwk = z.looseObject({ kty: z.string() }).parse(JSON.parse(keys.DEMO_PRIVATE_JWK));
  const claims = {
    userId: randomUUID(),
    teamId: demoTeamId,
    role: 'owner',
    issuer: 'keelson',
    audience: 'authenticated',
  } as const;
  return {
    webhook_url: 'http://127.0.0.1:3000/api/v1/webhooks/tradingview',
    webhook_key: keys.DEMO_WEBHOOK_KEY,
    token: await mintToken(privateJwk, claims, '1 day'),
    stream_url: 'ws://127.0.0.1:3001/api/v1/ws',
  };
}

/**
 * `node compose-keys.ts <folder> [--show]`: makes the keys of a stack of containers once; with --show prints what a
 * person needs to try it, one JSON line with the demo key and a token in it.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { show: { type: 'boolean', default: false } },
  });
  const [folder] = positionals;
  if (!folder) throw new Error('Say in which folder the keys are: compose-keys.ts <folder> [--show]');
  await ensureKeys(folder);
  if (values.show) process.stdout.write(`${JSON.stringify(await demo(folder))}\n`);
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
