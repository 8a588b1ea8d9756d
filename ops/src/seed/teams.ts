import { deriveId, type Id } from '@keelson/kernel';
import { randomBytes } from 'node:crypto';

/** A team to seed: one paper account, one webhook key. Ids follow from the name, so that seeding again finds the rows. */
export interface SeedTeam {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly webhookKeyId: Id;
  readonly name: string;
  readonly accountName: string;
  readonly webhookKey: string;
  readonly webhookPathId: string;
}

function team(slug: string, name: string, accountName: string, webhookKey: string, webhookPathId: string): SeedTeam {
  return {
    teamId: deriveId('seed.team', slug),
    accountId: deriveId('seed.account', slug),
    webhookKeyId: deriveId('seed.webhook_key', slug),
    name,
    accountName,
    webhookKey,
    webhookPathId,
  };
}

/** The team that a new user sees, with the key that the stack's credentials hold. */
export function demoTeam(webhookKey: string, webhookPathId: string): SeedTeam {
  return team('demo', 'Demo', 'Demo paper', webhookKey, webhookPathId);
}

export const demoTeamId: Id = deriveId('seed.team', 'demo');
export const demoAccountId: Id = deriveId('seed.account', 'demo');

/** Further teams for benchmarks, numbered from 1. Their keys are new each time; seeding again replaces the old ones. */
export function benchmarkTeams(count: number): SeedTeam[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const key = `kw_${randomBytes(32).toString('base64url')}`;
    return team(
      `bench-${number}`,
      `Bench ${number}`,
      `Bench ${number} paper`,
      key,
      randomBytes(16).toString('base64url'),
    );
  });
}
