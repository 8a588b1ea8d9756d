import { environments } from '../src/environments/named.ts';
import type { CloudEnvironment } from '../src/environments/environment.ts';
import type { Leak } from './canaries.ts';
import { Stage } from './stage.ts';
import { rehearsal } from './steps.ts';

/**
 * `node infra/rehearsal/rehearse.ts <dev|staging|prod> [--json]`: the life of an environment, with the same program and
 * the real engine, at vendors that this machine plays. Exits with 1 at the first step that does not come out as it must.
 */
export interface RehearsedStep {
  readonly name: string;
  readonly seconds: number;
  readonly writes: number;
}

export interface RehearsalResult {
  readonly environment: string;
  readonly steps: readonly RehearsedStep[];
  readonly seconds: number;
  /** Per vendor: what was checked, by which schema (none: it was absent), and what it did not allow. */
  readonly schemas: readonly { vendor: string; oracle: string | undefined; checked: number; violations: number }[];
  /** How many secrets were looked for, in how many files beside every word said, and where one was found. */
  readonly secrets: { readonly known: number; readonly files: number; readonly leaks: readonly Leak[] };
}

export async function rehearse(
  environment: CloudEnvironment,
  tell: (step: RehearsedStep) => void,
): Promise<RehearsalResult> {
  const started = performance.now();
  const steps: RehearsedStep[] = [];
  const stage = await Stage.open(environment);
  try {
    for (const { name, act } of rehearsal) {
      const [began, last] = [performance.now(), stage.journal.entries.length];
      await act(stage).catch((error: Error) => {
        throw new Error(`"${name}" did not come out: ${error.message}`);
      });
      const step = { name, seconds: (performance.now() - began) / 1_000, writes: stage.journal.writesAfter(last) };
      steps.push(step);
      tell(step);
    }
    const schemas = stage.checks.map(({ vendor, oracle, checked, violations }) => ({
      vendor,
      oracle,
      checked,
      violations: violations.length,
    }));
    const seconds = (performance.now() - started) / 1_000;
    const { size: known, files, leaks } = stage.canaries;
    return { environment: environment.name, steps, seconds, schemas, secrets: { known, files, leaks } };
  } finally {
    await stage.close();
  }
}

function report({ seconds, schemas, environment, secrets }: RehearsalResult): string {
  const lines = schemas.map(({ vendor, oracle, checked, violations }) =>
    oracle === undefined
      ? `  ${vendor}: its schema is absent, nothing was checked`
      : `  ${vendor}: ${violations} violations in ${checked} requests, by ${oracle}`,
  );
  lines.push(`  ${secrets.known} secrets were looked for in ${secrets.files} files, all output and process arguments:`);
  lines.push(...secrets.leaks.map(({ secret, place }) => `    ${secret} is in ${place}`));
  if (secrets.leaks.length === 0) lines.push('    none was found in clear text');
  return [`${environment} was rehearsed in ${seconds.toFixed(0)} s.`, ...lines].join('\n');
}

async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  const wanted = words.find((word) => !word.startsWith('-'));
  const clouds = environments.filter((environment) => environment.target !== 'local');
  const environment = clouds.find(({ name }) => name === wanted);
  if (!environment) {
    process.stderr.write(`usage: rehearse.ts <${clouds.map(({ name }) => name).join('|')}> [--json]\n`);
    return 2;
  }
  const result = await rehearse(environment, ({ name, seconds, writes }) => {
    process.stderr.write(`✔ ${name}  ${seconds.toFixed(1)} s, ${writes} changes asked for\n`);
  });
  process.stdout.write(`${json ? JSON.stringify(result) : report(result)}\n`);
  const { schemas, secrets } = result;
  return secrets.leaks.length > 0 || schemas.some(({ violations }) => violations > 0) ? 1 : 0;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
}
