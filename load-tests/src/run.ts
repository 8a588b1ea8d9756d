import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runK6 } from '../bench/harness/k6.ts';
import { benchTeams } from '../bench/harness/teams.ts';

/**
 * `node load-tests/src/run.ts smoke|pipeline [--teams 20] [--rate 100] [--seconds 60] [--seed 1]`: a scenario on the
 * running stack, for teams of its own. The exit code is k6's: 99 when an objective is missed.
 */
const positive = z.coerce.number().positive();
const words = z.object({
  scenario: z.enum(['smoke', 'pipeline'], { error: 'name a scenario: smoke or pipeline' }),
  teams: z.coerce.number().int().min(1).max(200).default(1),
  rate: positive.optional(),
  seconds: positive.optional(),
  seed: z.coerce.number().int().default(1),
});

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const options = { teams: text, rate: text, seconds: text, seed: text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { scenario, teams, rate, seconds, seed } = words.parse({ ...values, scenario: positionals[0] });
  const load = { scenario, teams: await benchTeams(teams), seed, ratePerSecond: rate, seconds };
  const { code } = await runK6({ ...load, onLine: (line) => process.stdout.write(`${line}\n`) });
  return code;
}

process.exitCode = await main().catch((error: unknown) => {
  const told =
    error instanceof z.ZodError ? error.issues.map(({ message }) => message).join('\n') : (error as Error).message;
  process.stderr.write(`${told}\n`);
  return 2;
});
