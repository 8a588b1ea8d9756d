import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import { z } from 'zod';
import { mustRun } from './command.ts';
import { addressOf, type Credentials, credentials, repository } from './stack.ts';

/** A team that sends, with the address of its stream. */
export interface BenchTeam {
  readonly teamId: string;
  readonly accountId: string;
  readonly webhook_url: string;
  readonly webhook_key: string;
  readonly token: string;
  readonly stream_url: string;
}

const seeded = z.array(
  z.object({ team_id: z.string(), account_id: z.string(), webhook_key: z.string(), webhook_path_id: z.string() }),
);
export type SeededTeam = z.infer<typeof seeded>[number];

/** A folder that only we can read, gone afterwards: it holds keys. */
export async function inSecretFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-load-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seeds teams with limits that no load reaches; their keys are new each time. */
export async function seedTeams(
  count: number,
  secrets: Credentials,
  adminUrl = secrets.databaseAdminUrl,
): Promise<SeededTeam[]> {
  return inSecretFolder(async (folder) => {
    const out = join(folder, 'teams.json');
    await mustRun(
      process.execPath,
      [join(repository, 'ops', 'src', 'seed.ts'), '--teams', String(count), '--out', out],
      {
        cwd: repository,
        environment: {
          DATABASE_ADMIN_URL: adminUrl,
          DEMO_WEBHOOK_KEY: secrets.demo.webhookKey,
          DEMO_WEBHOOK_PATH_ID: secrets.demo.webhookPathId,
        },
      },
    );
    return seeded.parse(JSON.parse(readFileSync(out, 'utf8')));
  });
}

async function tokenFor(teamId: string, { auth }: Credentials): Promise<string> {
  const key = await importJWK(auth.privateJwk, 'ES256');
  return new SignJWT({ team_id: teamId, role: 'owner' })
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: auth.privateJwk.kid })
    .setSubject(`load-test-${teamId}`)
    .setIssuer(auth.issuer)
    .setAudience(auth.audience)
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(key);
}

/** Teams of the running stack, ready to send and to listen. */
export async function benchTeams(count: number): Promise<BenchTeam[]> {
  const secrets = credentials();
  const [api, gateway] = await Promise.all([addressOf('api'), addressOf('stream-gateway')]);
  const teams = await seedTeams(count, secrets);
  return Promise.all(
    teams.map(async ({ team_id: teamId, account_id: accountId, webhook_key }) => ({
      teamId,
      accountId,
      webhook_url: `${api}/api/v1/webhooks/tradingview`,
      webhook_key,
      token: await tokenFor(teamId, secrets),
      stream_url: `${gateway.replace('http', 'ws')}/api/v1/ws`,
    })),
  );
}

/** Writes what the k6 scripts read; the file holds keys. */
export function writeAccess(file: string, teams: readonly BenchTeam[]): void {
  const access = teams.map(({ webhook_url, webhook_key, token, stream_url }) => ({
    webhook_url,
    webhook_key,
    token,
    stream_url,
  }));
  writeFileSync(file, JSON.stringify(access), { mode: 0o600 });
}
