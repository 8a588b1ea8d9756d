import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { stacksOf } from '../../src/environments/named.ts';
import { sizes } from '../../src/environments/sizes.ts';
import type { Sent } from '../fields/sent.ts';
import { rehearsedSettings } from '../stage.ts';
import { behavioursLater, behavioursOfOperators, slipOf } from './behaviours/operators.ts';
import { behavioursOfPeople } from './behaviours/people.ts';
import { behavioursOfServices } from './behaviours/services.ts';
import { ProgramRunner, type ProgramRun } from './engine.ts';
import { lifeOf, type Behaviour, type Life } from './life.ts';
import { Vendors } from './vendors.ts';

/** What nobody can do any more, and why. */
export interface Broken {
  readonly behaviour: string;
  readonly reason: string;
}

/** What came of an environment whose program lacks one resource. */
export interface RemovalVerdict {
  readonly environment: string;
  /** `<stack> <type> <name>`. */
  readonly resource: string;
  /** None: nobody would notice that it is gone. */
  readonly broken: readonly Broken[];
}

const GROWN = 'scale';
const firstDay: readonly Behaviour[] = [...behavioursOfPeople, ...behavioursOfServices, ...behavioursOfOperators];

/** Names of all behaviours; each must be broken by some removal, or it asserts nothing. */
export const behaviourNames: readonly string[] = [
  ...new Set([...firstDay, ...behavioursLater].map(({ name }) => name)),
];

function brokenIn(behaviours: readonly Behaviour[], life: Life): readonly Broken[] {
  return behaviours.flatMap(({ name, act }): Broken[] => {
    try {
      act(life);
      return [];
    } catch (error) {
      return [{ behaviour: name, reason: (error as Error).message }];
    }
  });
}

interface Outcome {
  readonly runs: readonly ProgramRun[];
  readonly broken: readonly Broken[];
  readonly sent: Sent;
}

/** An environment's first day; where nothing is missed then, also what comes later: a slip, growth, and another `up`. */
async function live(environment: CloudEnvironment, without?: string): Promise<Outcome> {
  const settings = rehearsedSettings();
  const vendors = await Vendors.open(settings);
  try {
    const program = new ProgramRunner(vendors, without);
    const runs: ProgramRun[] = [];
    for (const stack of stacksOf(environment)) runs.push(await program.run(stack, settings));
    const life = lifeOf(environment, vendors);
    const broken = brokenIn(firstDay, life);
    if (broken.length > 0) return { runs, broken, sent: vendors.fields.sent };
    slipOf(life);
    for (const stack of stacksOf(environment)) runs.push(await program.run(stack, { ...settings, size: GROWN }));
    const later = brokenIn(behavioursLater, { ...life, size: sizes[GROWN] });
    return { runs, broken: later, sent: vendors.fields.sent };
  } finally {
    await vendors.close();
  }
}

/** `urn:pulumi:prod::keelson::keelson:cloud:Dns$cloudflare:index/dnsRecord:DnsRecord::app` in short. */
function shortOf(urn: string): string {
  const [start = '', , type = '', name = ''] = urn.split('::');
  return `${start.split(':').at(-1)} ${type.split('$').at(-1)} ${name}`;
}

/** An environment whose program lacks nothing. */
export interface Whole {
  /** Every resource of its program, by URN. */
  readonly resources: readonly string[];
  readonly sent: Sent;
}

/** Throws when something does not work although nothing is missing. */
export async function whole(environment: CloudEnvironment): Promise<Whole> {
  const { runs, broken, sent } = await live(environment);
  const unmade = runs.flatMap((run) => [...run.unmade].map(([urn, reason]) => `${shortOf(urn)}: ${reason}`));
  const wrong = [...unmade, ...broken.map(({ behaviour, reason }) => `${behaviour}: ${reason}`)];
  if (wrong.length > 0) throw new Error(`${environment.name} does not work as it is:\n  ${wrong.join('\n  ')}`);
  return { resources: [...new Set(runs.flatMap(({ declared }) => declared))].sort(), sent };
}

/** Deletes one resource from the program, and tells who breaks. */
export async function removed(environment: CloudEnvironment, urn: string): Promise<RemovalVerdict> {
  const { broken } = await live(environment, urn);
  return { environment: environment.name, resource: shortOf(urn), broken };
}
