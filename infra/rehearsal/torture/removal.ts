import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { environments } from '../../src/environments/named.ts';
import { repositoryFolder } from '../../src/targets/local/folders.ts';
import type { Sent } from '../fields/sent.ts';
import { behaviourNames, removed, whole, type RemovalVerdict } from '../removal/remove.ts';
import { sampleOf } from './cases.ts';

/**
 * `node infra/rehearsal/torture/removal.ts [--env dev|staging|prod] [--sample N] [--seed S] [--json]`: deletes each
 * resource of the program in turn, and sees that somebody misses it. Exits with 1 when nobody misses one, or when a
 * behaviour is missed by no removal of a full run, and so asserts nothing.
 */
export interface RemovalResult {
  readonly resources: number;
  readonly verdicts: readonly RemovalVerdict[];
  /** What no removal broke; empty for a sample, which cannot say. */
  readonly neverBroken: readonly string[];
  /** What the providers sent in each environment that lacked nothing. */
  readonly sent: readonly Sent[];
  readonly seed: number;
  readonly seconds: number;
}

export interface Removal {
  readonly environments: readonly CloudEnvironment[];
  /** How many resources over all environments; all of them when absent. */
  readonly sample?: number;
  readonly seed: number;
  tell(verdict: RemovalVerdict): void;
}

export async function tortureByRemoval({ environments: places, sample, seed, tell }: Removal): Promise<RemovalResult> {
  const started = performance.now();
  // The vendors' schemas are held in rehearsals: to read them for each of hundreds of worlds takes a second each.
  process.env['KEELSON_VENDOR_SCHEMAS'] = import.meta.dirname;
  // Where an engine runs the program.
  process.chdir(join(repositoryFolder, 'infra', 'src'));
  const all: { environment: CloudEnvironment; urn: string }[] = [];
  const sent: Sent[] = [];
  for (const environment of places) {
    const { resources, sent: fields } = await whole(environment);
    all.push(...resources.map((urn) => ({ environment, urn })));
    sent.push(fields);
  }
  const verdicts: RemovalVerdict[] = [];
  for (const { environment, urn } of sample === undefined ? all : sampleOf(all, sample, seed)) {
    const verdict = await removed(environment, urn);
    verdicts.push(verdict);
    tell(verdict);
  }
  const broken = new Set(verdicts.flatMap((verdict) => verdict.broken.map(({ behaviour }) => behaviour)));
  const neverBroken = sample === undefined ? behaviourNames.filter((name) => !broken.has(name)) : [];
  const seconds = (performance.now() - started) / 1_000;
  return { resources: all.length, verdicts, neverBroken, sent, seed, seconds };
}

const clouds = environments.filter((environment) => environment.target !== 'local');

function report({ resources, verdicts, neverBroken, seed, seconds }: RemovalResult): string {
  const missed = verdicts.filter(({ broken }) => broken.length > 0).length;
  return [
    `${missed} of ${verdicts.length} removed resources were missed (${resources} there are); seed ${seed}, ${seconds.toFixed(0)} s`,
    ...neverBroken.map((name) => `no removal breaks: ${name}`),
  ].join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      env: { type: 'string' },
      sample: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      json: { type: 'boolean', default: false },
    },
  });
  const places = clouds.filter(({ name }) => values.env === undefined || values.env === name);
  if (places.length === 0) throw new Error('--env is dev, staging or prod');
  const result = await tortureByRemoval({
    environments: places,
    ...(values.sample !== undefined && { sample: Number(values.sample) }),
    seed: Number(values.seed),
    tell({ resource, broken: [first, ...more] }) {
      const who = first ? `${first.behaviour} (${first.reason})` : 'NOBODY MISSES IT';
      process.stderr.write(
        `${first ? '✔' : '✘'} ${resource}: ${who}${more.length > 0 ? `, and ${more.length} more` : ''}\n`,
      );
    },
  });
  process.stdout.write(`${values.json ? JSON.stringify(result) : report(result)}\n`);
  return result.neverBroken.length > 0 || result.verdicts.some(({ broken }) => broken.length === 0) ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await main().catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
}
