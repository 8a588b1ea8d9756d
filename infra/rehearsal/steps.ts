import { stacksOf } from '../src/environments/named.ts';
import type { Kept } from './doubles/double.ts';
import type { EngineRun, Stage } from './stage.ts';

/** One step of a rehearsal: what is done, and what must be true then. Throws in a sentence when it is not. */
export interface RehearsalStep {
  readonly name: string;
  act(stage: Stage): Promise<void>;
}

const NEXT = `registry.example.com/acme/keelson@sha256:${'2'.repeat(64)}`;
const BROKEN = `registry.example.com/acme/keelson@sha256:${'3'.repeat(64)}`;
/** What the engine exits with when a refresh found what nobody expected. */
const DRIFTED = 7;

function must(condition: boolean, sentence: string, run?: EngineRun): void {
  if (condition) return;
  const last = run ? `\n${run.text.split('\n').slice(-60).join('\n')}` : '';
  throw new Error(`${sentence}.${last}`);
}

/** Both stacks in their order; the app layer last, as `keelson up` does it. */
async function both(stage: Stage, act: (stack: string) => Promise<void>): Promise<void> {
  for (const stack of stacksOf(stage.environment)) await act(stack);
}

/** Both at once: looks, which change neither stack. */
async function together(stage: Stage, look: (stack: string) => Promise<void>): Promise<void> {
  await Promise.all(stacksOf(stage.environment).map(look));
}

async function up(stage: Stage, stack: string, ...words: string[]): Promise<EngineRun> {
  const run = await stage.run('up', stack, ...words);
  must(run.code === 0, `\`up\` of ${stack} succeeds`, run);
  return run;
}

function app(stage: Stage): string {
  return stage.environment.name;
}

/** The image that the processes of each service run with, by the emulator's word. */
function running(stage: Stage): Set<string> {
  const { world } = stage.railway;
  const images = [...world.instances.keys()].map((key) => {
    const [service = '', environment = ''] = key.split('/');
    return world.running(service, environment)?.image ?? 'nothing';
  });
  return new Set(images);
}

const recordsOf = ({ cloudflare }: Stage): Kept[] => cloudflare.ofType('cloudflare:index/dnsRecord:DnsRecord');
const firewallsOf = ({ vercel }: Stage): Kept[] => vercel.ofType('vercel:index/firewallConfig:FirewallConfig');

/** Somebody's hands: one setting at each vendor that the program would never choose. */
function changeByHand(stage: Stage): void {
  for (const instance of stage.railway.world.instances.values()) instance.settings['drainingSeconds'] = 1;
  for (const project of stage.supabase.world.projects.values()) project.ssl = false;
  for (const database of stage.upstash.databases.values()) database.eviction = true;
  for (const record of recordsOf(stage)) record.inputs['proxied'] = true;
  for (const wall of firewallsOf(stage)) wall.inputs['enabled'] = false;
}

function isAsWanted(stage: Stage): boolean {
  return (
    [...stage.railway.world.instances.values()].every(({ settings }) => settings['drainingSeconds'] !== 1) &&
    [...stage.supabase.world.projects.values()].every(({ ssl }) => ssl) &&
    [...stage.upstash.databases.values()].every(({ eviction }) => !eviction) &&
    recordsOf(stage).every(({ inputs }) => inputs['proxied'] === false) &&
    firewallsOf(stage).every(({ inputs }) => inputs['enabled'] === true)
  );
}

async function drift(stage: Stage, stack: string): Promise<number> {
  return (await stage.run('refresh', stack, '--preview-only', '--expect-no-changes')).code;
}

/** What is left at any vendor. */
export function leftOvers(stage: Stage): string[] {
  return [
    ...[...stage.railway.world.projects.values()].map(({ name }) => `railway project ${name}`),
    ...[...stage.supabase.world.projects.values()].map(({ name }) => `supabase project ${name}`),
    ...[...stage.upstash.databases.values()].map(({ database_name: name }) => `upstash database ${name}`),
    ...stage.doubles.flatMap(({ kept }) => [...kept.values()].map(({ type, key }) => `${type} ${key}`)),
  ];
}

/** Everything that an environment goes through in its life, in order. */
export const rehearsal: readonly RehearsalStep[] = [
  {
    name: 'preview of nothing writes nothing',
    async act(stage) {
      const [data = ''] = stacksOf(stage.environment);
      const run = await stage.run('preview', data);
      must(run.code === 0, `\`preview\` of ${data} succeeds`, run);
      must(stage.journal.writesAfter(0) === 0, 'A preview asks no vendor for a change');
    },
  },
  {
    name: 'up makes everything, and every service runs',
    async act(stage) {
      await both(stage, async (stack) => void (await up(stage, stack)));
      must(running(stage).size === 1 && running(stage).has(stage.settings.image), 'Every service runs the image');
    },
  },
  {
    name: 'up again changes nothing',
    async act(stage) {
      const before = stage.journal.entries.length;
      await together(stage, async (stack) => void (await up(stage, stack, '--expect-no-changes')));
      must(stage.journal.writesAfter(before) === 0, 'A second `up` asks no vendor for a change');
    },
  },
  {
    name: 'another size is applied where it is',
    async act(stage) {
      const [data = ''] = stacksOf(stage.environment);
      const before = [...stage.supabase.world.projects.keys()];
      await stage.configure(data, { size: 'scale' });
      await up(stage, data);
      const [project] = [...stage.supabase.world.projects.values()];
      must(project?.addons.get('compute_instance') === 'ci_large', 'The database has the compute of the size');
      must(before.join() === [...stage.supabase.world.projects.keys()].join(), 'No project was made anew for it');
    },
  },
  {
    name: 'what somebody changed by hand is found, and mended',
    async act(stage) {
      await together(stage, async (stack) => must((await drift(stage, stack)) === 0, `${stack} has no drift yet`));
      changeByHand(stage);
      await together(stage, async (stack) =>
        must((await drift(stage, stack)) === DRIFTED, `The drift of ${stack} is found`),
      );
      await both(stage, async (stack) => void (await up(stage, stack, '--refresh')));
      must(isAsWanted(stage), 'Every vendor has again what the program says');
    },
  },
  {
    name: 'another image replaces the one that runs',
    async act(stage) {
      await stage.configure(app(stage), { image: NEXT });
      await up(stage, app(stage));
      must(running(stage).size === 1 && running(stage).has(NEXT), 'Every service runs the next image');
    },
  },
  {
    name: 'an image that crashes does not replace it',
    async act(stage) {
      stage.railway.world.crashing.add(BROKEN);
      await stage.configure(app(stage), { image: BROKEN });
      const run = await stage.run('up', app(stage));
      must(run.code !== 0 && run.text.includes('CRASHED'), 'The failure is told', run);
      must(running(stage).size === 1 && running(stage).has(NEXT), 'What ran before keeps running');
    },
  },
  {
    name: 'roll-back works while every other vendor is away',
    async act(stage) {
      for (const vendor of ['supabase', 'upstash', 'cloudflare', 'vercel', 'github']) {
        stage.faults.order({
          vendor,
          calls: 'any',
          nth: 1,
          times: 100_000,
          moment: 'before',
          kind: 'reset',
          retryAfter: 0,
        });
      }
      await stage.configure(app(stage), { image: stage.settings.image });
      await up(stage, app(stage));
      stage.faults.clear();
      must(
        running(stage).size === 1 && running(stage).has(stage.settings.image),
        'Every service runs the image before',
      );
    },
  },
  {
    name: 'rotated passwords reach the database and every service',
    async act(stage) {
      const [data = ''] = stacksOf(stage.environment);
      const [before] = [...stage.supabase.world.projects.values()].map(({ password }) => password);
      await stage.configure(data, { size: 'scale', passwordGeneration: '2' });
      await both(stage, async (stack) => void (await up(stage, stack)));
      const [project] = [...stage.supabase.world.projects.values()];
      must(project?.password !== before, 'The database has another password');
      const withOld = [...stage.railway.world.instances.values()].filter(({ variables }) =>
        Object.values(variables).some((value) => value.includes(String(before))),
      );
      must(withOld.length === 0, 'No service has the old one');
    },
  },
  {
    name: 'destroy refuses where data is protected, and leaves nothing once that is lifted',
    async act(stage) {
      for (const stack of [...stacksOf(stage.environment)].reverse()) {
        if (stage.environment.switches.production) {
          const refused = await stage.run('destroy', stack);
          must(refused.code !== 0 && refused.text.includes('protect'), `\`destroy\` of ${stack} refuses`, refused);
          const lifted = await stage.pulumi(['state', 'unprotect', '--all', '--yes', '--stack', stack]);
          must(lifted.code === 0, 'Protection can be lifted', lifted);
        }
        const run = await stage.run('destroy', stack);
        must(run.code === 0, `\`destroy\` of ${stack} succeeds`, run);
      }
      must(leftOvers(stage).length === 0, `Nothing is left at any vendor, but there is ${leftOvers(stage).join(', ')}`);
    },
  },
];
