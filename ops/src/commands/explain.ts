import { z } from 'zod';
import { findSignal, readStory } from '../explain/story.store.ts';
import { type Fact, tell } from '../explain/story.ts';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import type { Paint } from '../framework/ui.ts';
import { withDatabase } from '../stack/open-database.ts';
import { findInTeams } from '../trading/teams.ts';

const fact = z.object({
  what: z.string(),
  ms: z.number().nullable(),
  details: z.record(z.string(), z.string()).readonly(),
});

const output = z.object({
  signal_id: z.string(),
  team_id: z.string(),
  outcome: z.string().nullable(),
  total_ms: z.number().nullable(),
  chapters: z.array(z.object({ step: z.string(), source: z.string(), facts: z.array(fact).readonly() })).readonly(),
  waiting: z.array(fact).readonly(),
});

function factLines(facts: readonly Fact[], rail: string, paint: Paint): string[] {
  return facts.map(({ what, ms, details }, index) => {
    const branch = index === facts.length - 1 ? '└─' : '├─';
    const time = ms === null ? ' '.repeat(10) : `${ms >= 0 ? '+' : ''}${ms} ms`.padStart(10);
    const facets = Object.entries(details).map(([name, value]) => `${name}=${value}`);
    return `${rail}${branch} ${paint.accent(time)}  ${what}  ${paint.dim(facets.join('  '))}`.trimEnd();
  });
}

export const explain = defineCommand({
  name: 'explain',
  summary: "one signal's story from Postgres: receipt, checks with their numbers, claim, fills, postings, frames",
  danger: 'none',
  args: z.object({
    id: positional(
      z.string().trim().min(1),
      'a signal id, or an id of its order: ours, the client order id, the venue’s',
    ),
    team: flag(z.uuid().optional(), 'look in this team only'),
  }),
  examples: ['keelson explain 0199f7d2-3c1b-7e52-9d41-6b1d2f0a9c55', 'keelson explain <order id> --json'],
  output,
  run: (context, args) =>
    withDatabase(context, async (db) => {
      const look = (teamId: string) => findSignal(db, teamId, args.id);
      const only = args.team ? await look(args.team) : undefined;
      const place = args.team ? (only ? { teamId: args.team, found: only } : undefined) : await findInTeams(db, look);
      if (!place) {
        throw new Failure(`No signal and no order is known as "${args.id}"`, {
          code: exitCode.failure,
          fix: 'keelson tail orders --since 0 lists what is kept; webhooks that were refused leave nothing behind',
        });
      }
      return tell(place.teamId, await readStory(db, place.teamId, place.found));
    }),
  human(story, paint) {
    const ending =
      story.outcome === null ? paint.warn('no outcome yet') : `${story.outcome} after ${story.total_ms} ms`;
    const lines = [`${paint.bold(`signal ${story.signal_id}`)}  ${ending}`];
    const last = story.chapters.length - 1 + (story.waiting.length > 0 ? 1 : 0);
    for (const [index, { step, source, facts }] of story.chapters.entries()) {
      lines.push(`${index === last ? '└─' : '├─'} ${paint.bold(step.padEnd(9))} ${paint.dim(source)}`);
      lines.push(...factLines(facts, index === last ? '   ' : '│  ', paint));
    }
    if (story.waiting.length > 0) lines.push(`└─ ${paint.warn('waiting')}`, ...factLines(story.waiting, '   ', paint));
    return lines.join('\n');
  },
});
