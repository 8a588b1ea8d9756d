import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Found, LookUps } from './look-up.ts';
import { settlePending } from './pending.ts';
import { planOf, troublesOf, type Plan, type PlannedCreate } from './plan.ts';
import type { StackEngine } from './stack-engine.ts';
import { lookUpsOf } from './vendors.ts';

/** Something that the state did not know, and does now. */
export interface Adopted {
  readonly urn: string;
  readonly what: string;
}

interface Pair {
  readonly planned: PlannedCreate;
  readonly found: Found;
}

export interface Adoption {
  readonly engine: StackEngine;
  /** Words of the `up` that follows, as far as a preview takes them, e.g. those of the rules. */
  readonly words: readonly string[];
  tell(adopted: Adopted): void;
}

/** The `up` that was meant cannot be planned, or must not be done; nothing was changed. */
export class NotPlanned extends Error {
  override readonly name = 'NotPlanned';
  /** What the engine exits with for it. */
  readonly code: number;

  constructor(message: string, code = 1) {
    super(message);
    this.code = code;
  }
}

/**
 * Takes into the state what an earlier `up` made at a vendor and could not note: the engine, the plugin or the connection
 * died in between. An official provider would make it a second time, or be refused. Each planned resource is looked for
 * by its natural key; exactly one that is ours is imported, anything else stops the `up` before it changes anything. One
 * that was made to replace another takes its name in the state; the other goes with the `up` that follows.
 * Resolves once a preview, held against the rules, shows nothing more to adopt: the `up` that follows needs no other.
 */
export async function adoptLost({ engine, words, tell }: Adoption): Promise<void> {
  const adopted = new Set<string>();
  let lookUps: LookUps | undefined;
  for (;;) {
    const plan = await planned(engine, words);
    mustKeep(plan, adopted);
    const creates = plan.creates.filter(({ type }) => OFFICIAL.test(type));
    if (creates.length === 0) break;
    lookUps ??= await lookUpsOf(engine);
    const pairs = await lost(plan, creates, lookUps);
    if (pairs.length === 0) break;
    await take(engine, plan, pairs);
    for (const {
      planned: { urn },
      found: { what },
    } of pairs) {
      adopted.add(urn);
      tell({ urn, what });
    }
  }
  await settlePending(engine);
}

const OFFICIAL = /^(cloudflare|vercel|github):/;

async function planned(engine: StackEngine, words: readonly string[]): Promise<Plan> {
  const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: 'true' };
  const { code, stdout, stderr } = await engine.run(['preview', '--json', ...words], streaming);
  if (code === 0) return planOf(stdout);
  const troubles = troublesOf(stdout);
  throw new NotPlanned((troubles.length > 0 ? troubles : [stderr.trim()]).join('\n'), code);
}

/** What was just adopted must stay: a plan that takes it away again means that something else was found. */
function mustKeep({ operations }: Plan, adopted: ReadonlySet<string>): void {
  for (const urn of adopted) {
    const operation = operations.get(urn) ?? 'same';
    if (!/create|replace|delete/.test(operation)) continue;
    throw new NotPlanned(
      `${nameOf(urn)} was found at its vendor and adopted, and the plan would ${operation} it now: it differs from what ` +
        `the program wants in more than can be changed. Look at it there; then either delete it and run the command ` +
        `again, or take it off the state: pulumi state delete '${urn}' --force`,
    );
  }
}

async function lost(plan: Plan, creates: readonly PlannedCreate[], lookUps: LookUps): Promise<readonly Pair[]> {
  const pairs = await Promise.all(
    creates.map(async (planned): Promise<readonly Pair[]> => {
      const lookUp = lookUps[planned.type];
      if (!lookUp?.canLook(planned.inputs)) return [];
      const everything = await lookUp.find(planned.inputs);
      // One that the state has under another name is moved there by the engine, not adopted a second time.
      const candidates = everything.filter(({ stateId }) => !plan.inState.has(`${planned.type} ${stateId}`));
      return candidates.length === 0 ? [] : [{ planned, found: theOne(planned, candidates) }];
    }),
  );
  return pairs.flat();
}

/** The one candidate, if it is one and ours; else an error that says what a person does. */
function theOne({ name, type }: PlannedCreate, candidates: readonly Found[]): Found {
  const [first, ...others] = candidates;
  const stranger = candidates.find(({ ours }) => !ours);
  if (stranger) {
    throw new NotPlanned(
      `${stranger.what} is there already, and nothing on it says that this environment made it. The program wants to ` +
        `make "${name}" (${type}). Nothing was changed. What to do: ${stranger.fix}. Then run the command again.`,
    );
  }
  if (first && others.length === 0) return first;
  const all = candidates.map(({ what }) => what).join(', ');
  throw new NotPlanned(
    `There is more than one of what the program wants as "${name}" (${type}): ${all}. Nothing was changed. ` +
      `What to do: keep the one that is in use, and for each of the others: ${first?.fix}. Then run the command again.`,
  );
}

/** Imports what was found. Whether it is protected is the program's word, which the `up` that follows brings along. */
async function take(engine: StackEngine, plan: Plan, pairs: readonly Pair[]): Promise<void> {
  for (const {
    planned: { name, type, parent, provider },
    found,
  } of pairs) {
    if (plan.urns.has(parent) && plan.urns.has(provider)) continue;
    throw new NotPlanned(
      `${found.what} is there already, and the state knows nothing that it could belong to ("${name}", ${type}): it is ` +
        `older than the vendors, or another installation's. Nothing was changed. Restore the newest state, or ${found.fix}.`,
    );
  }
  for (const { planned } of pairs) if (planned.replaces) await putAside(engine, plan, planned);
  const folder = mkdtempSync(join(tmpdir(), 'keelson-adoption-'));
  try {
    const file = join(folder, 'import.json');
    writeFileSync(file, JSON.stringify(importFileOf(pairs)), { mode: 0o600 });
    const words = ['--yes', '--skip-preview', '--generate-code=false', '--protect=false'];
    const { code, stdout, stderr } = await engine.run(['import', '--file', file, ...words]);
    if (code === 0) return;
    const all = pairs.map(({ found: { what } }) => what).join(', ');
    throw new NotPlanned(`Could not adopt ${all}:\n${stdout}\n${stderr}`, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Gives the resource that is replaced another name in the state, which the program does not have: the engine deletes it at
 * the end of the next `up`, or forgets it where it is deleted already. What depends on it is told by then to depend on the
 * new one. Should this process end in between, the next plan has a plain create under the old name.
 */
async function putAside(engine: StackEngine, { urns }: Plan, { urn, name }: PlannedCreate): Promise<void> {
  const start = urn.slice(0, -name.length);
  let aside = `${name}-replaced`;
  for (let count = 2; urns.has(`${start}${aside}`); count += 1) aside = `${name}-replaced-${count}`;
  const { code, stdout, stderr } = await engine.run(['state', 'rename', urn, aside, '--yes']);
  if (code !== 0) throw new NotPlanned(`Could not put ${name} aside in the state:\n${stdout}\n${stderr}`, code);
}

/** As `pulumi import --file` takes it: resources name their parent and provider by names of the file's own table. */
function importFileOf(pairs: readonly Pair[]): object {
  const urns = [...new Set(pairs.flatMap(({ planned: { parent, provider } }) => [parent, provider]))];
  const nameOfUrn = (urn: string): string => `urn${urns.indexOf(urn)}`;
  return {
    nameTable: Object.fromEntries(urns.map((urn) => [nameOfUrn(urn), urn])),
    resources: pairs.map(({ planned: { type, name, parent, provider }, found: { importId: id } }) => ({
      ...{ type, name, id, parent: nameOfUrn(parent), provider: nameOfUrn(provider) },
    })),
  };
}

function nameOf(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}
