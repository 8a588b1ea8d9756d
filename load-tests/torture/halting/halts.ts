import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { run } from '../../bench/harness/command.ts';
import { repository } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Database } from '../harness/database.ts';
import { post } from '../harness/scene.ts';
import { join } from 'node:path';

const report = z.looseObject({ halt_id: z.string(), phase: z.string() });

/** A halt's times by Postgres, in milliseconds since the epoch. */
export interface HaltTimes {
  readonly haltId: string;
  readonly requestedAt: number;
  readonly blockedAt: number;
  readonly finishedAt: number;
}

/** `keelson halt` of one team in a process of its own; how long the whole command took. */
export async function haltByCommand(
  team: BenchTeam,
  words: readonly string[] = [],
): Promise<{ haltId: string; tookMs: number }> {
  const started = performance.now();
  const scope = `team:${team.teamId}`;
  const command = ['halt', '--scope', scope, '--reason', 'torture', '--wait', '30 seconds', '--json', ...words];
  const script = join(repository, 'ops', 'bin', 'keelson.mjs');
  const { code, stdout, stderr } = await run(process.execPath, [script, ...command], { cwd: repository });
  const tookMs = performance.now() - started;
  if (code !== 0) throw new Error(`keelson halt ended with ${code}: ${stdout}${stderr}`);
  return { haltId: report.parse(JSON.parse(stdout)).halt_id, tookMs };
}

/** `POST /api/v1/halt`. */
export async function haltByApi(team: BenchTeam): Promise<string> {
  return report.parse(await post(team, '/api/v1/halt', { reason: 'torture' })).halt_id;
}

const times = z.object({
  phase: z.string(),
  problem: z.string().nullable(),
  requested: z.number(),
  blocked: z.number().nullable(),
  finished: z.number().nullable(),
});

/** Waits until a halt has proven itself, and says when what happened by Postgres' clock. */
export async function untilDone(database: Database, haltId: string, withinMs = 30_000): Promise<HaltTimes> {
  const end = Date.now() + withinMs;
  for (;;) {
    const row = await database.row(
      `select phase, problem, extract(epoch from requested_at)::float8 * 1000 as requested,
              extract(epoch from blocked_at)::float8 * 1000 as blocked, extract(epoch from finished_at)::float8 * 1000 as finished
         from keelson.halts where halt_id = $1`,
      [haltId],
    );
    const halt = times.parse(row);
    if (halt.finished !== null && halt.blocked !== null) {
      return { haltId, requestedAt: halt.requested, blockedAt: halt.blocked, finishedAt: halt.finished };
    }
    if (Date.now() > end) throw new Error(`halt ${haltId} is at ${halt.phase} after ${withinMs} ms: ${halt.problem}`);
    await sleep(10);
  }
}
