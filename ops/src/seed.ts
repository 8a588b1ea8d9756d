import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { z } from 'zod';
import { benchmarkTeams, demoTeam, type SeedTeam } from './seed/teams.ts';
import { writeInstruments, writeTeam } from './seed/write.ts';

const environment = z.object({
  DATABASE_ADMIN_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be a postgres:// URL of the owner of the schema',
  }),
  DEMO_WEBHOOK_KEY: z.string({ error: 'is missing' }).min(16, 'must have 16 characters at least'),
  DEMO_WEBHOOK_PATH_ID: z.string({ error: 'is missing' }).min(8, 'must have 8 characters at least'),
});

const options = z.object({ teams: z.coerce.number().int().min(0).max(1_000).default(0), out: z.string().optional() });

/** Writes the demo team, instruments and the asked number of benchmark teams, in one transaction. */
async function seed(adminUrl: string, teams: readonly SeedTeam[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, application_name: 'keelson-seed' });
  await client.connect();
  try {
    await client.query('begin');
    await writeInstruments(client);
    for (const team of teams) await writeTeam(client, team);
    await client.query('commit');
  } finally {
    await client.end();
  }
}

/** Keys exist in clear text only in this file, readable by its owner. */
function writeKeys(file: string, teams: readonly SeedTeam[]): void {
  const keys = teams.map(({ teamId, accountId, webhookKey, webhookPathId }) => ({
    team_id: teamId,
    account_id: accountId,
    webhook_key: webhookKey,
    webhook_path_id: webhookPathId,
  }));
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
}

/**
 * `node seed.ts [--teams N --out FILE]` with DATABASE_ADMIN_URL, DEMO_WEBHOOK_KEY and DEMO_WEBHOOK_PATH_ID: brings a
 * migrated database to where a first signal can trade. Running it again changes nothing. One JSON line, no secret in it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { teams: { type: 'string' }, out: { type: 'string' } } });
  const { teams: count, out } = options.parse(values);
  if (count > 0 && !out) throw new Error('--teams makes keys that must go somewhere: add --out <file>');
  const checked = environment.safeParse(process.env);
  if (!checked.success) {
    throw new Error(checked.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
  }
  const demo = demoTeam(checked.data.DEMO_WEBHOOK_KEY, checked.data.DEMO_WEBHOOK_PATH_ID);
  const further = benchmarkTeams(count);
  await seed(checked.data.DATABASE_ADMIN_URL, [demo, ...further]);
  if (out) writeKeys(out, further);
  process.stdout.write(`${JSON.stringify({ team_id: demo.teamId, account_id: demo.accountId, teams: 1 + count })}\n`);
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
