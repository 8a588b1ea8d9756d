import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Adopted } from './adoption/adopt.ts';
import type { StackEngine } from './adoption/stack-engine.ts';
import { prepareEngine, type Engine } from './engine-environment.ts';
import { dropBrokenAttributes, hasPending, settleCheckpoint } from './engine-files.ts';
import { explainLocks, ownersIn, settleLocks } from './engine-locks.ts';
import { guardedWords } from './engine-words.ts';
import { environments, placeOf, stacksOf } from './environments/named.ts';
import { policyWords } from './policies/pack.ts';
import { SupervisorClient } from './targets/local/client.ts';
import { foldersOf, stateFolder } from './targets/local/folders.ts';

/**
 * Starts the engine on a stack: `node infra/src/engine.ts <verb> [-s <stack>] [--json] [--wipe] [words for pulumi]`.
 *
 *   preview, up, destroy, refresh   as Pulumi has them, without questions; `destroy --wipe` removes the data as well
 *   stop                            stops every process in order and leaves the state; the next `up` starts them again
 *   pulumi                          any other words for the engine: `node infra/src/engine.ts pulumi stack ls`
 *
 * The exit code is the engine's.
 */
interface Request {
  readonly verb: string;
  readonly stack: string;
  readonly json: boolean;
  readonly wipe: boolean;
  readonly rest: readonly string[];
}

/** The engine warns at each run that the language host is not the one beside it. There is none beside it. */
const HOST_NOTE = /using pulumi-language-nodejs from \$PATH/;

/** Debug events of the SDK hold answers of the provider as they are, secrets included. */
const DEBUG_EVENT = /^\{[^{]*"diagnosticEvent":\{.*"severity":"debug"/;

/** A cloud's stacks run images, and are held against the rules. */
function isInCloud(stack: string): boolean {
  return environments.some((one) => one.target !== 'local' && stacksOf(one).includes(stack));
}

function parse(words: readonly string[]): Request {
  const [verb = '', ...others] = words;
  const rest: string[] = [];
  let stack = 'local';
  for (let index = 0; index < others.length; index += 1) {
    const word = others[index] as string;
    if (word === '-s' || word === '--stack') stack = others[(index += 1)] ?? stack;
    else if (word.startsWith('--stack=')) stack = word.slice('--stack='.length);
    else if (!['--json', '--wipe'].includes(word)) rest.push(word);
  }
  return { verb, stack, json: others.includes('--json'), wipe: others.includes('--wipe'), rest };
}

/** Passes lines on for as long as somebody reads them: a reader that has seen enough must not end an update halfway. */
function passOn(from: Readable | null, to: Writable): void {
  if (!from) return;
  let isRead = true;
  to.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isRead = false;
  });
  createInterface({ input: from }).on('line', (line) => {
    if (isRead && !HOST_NOTE.test(line) && !DEBUG_EVENT.test(line)) to.write(`${line}\n`);
  });
}

/** Verbs of the engine that take a stack's lock. */
const LOCKING = new Set(['up', 'destroy', 'refresh', 'import', 'update']);
/** What the engine says of a lock is at its end. */
const KEPT_CHARACTERS = 20_000;

/** Runs the engine at this terminal. When somebody else holds the stack, says who, and what to do about it. */
function run(engine: Engine, words: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const forProgram = words.includes('--json');
    const locks = words.some((word) => LOCKING.has(word));
    const child = spawn(engine.program, [...words], {
      env: { ...engine.environment, ...extra },
      // What a person is asked must come through as it is.
      stdio: ['inherit', forProgram ? 'pipe' : 'inherit', forProgram || locks ? 'pipe' : 'inherit'],
    });
    let said = '';
    const keep = (chunk: Buffer): void => void (said = `${said}${chunk.toString()}`.slice(-KEPT_CHARACTERS));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    passOn(child.stdout, process.stdout);
    if (forProgram) passOn(child.stderr, process.stderr);
    else child.stderr?.pipe(process.stderr, { end: false });
    // Ctrl-C reaches the engine by itself; it ends in its own time, and we with it.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) explainTo(process.stderr, said);
      resolve(code ?? 1);
    });
  });
}

/** Adds to the engine's words about a lock what they leave out. */
function explainTo(stderr: Writable, said: string): void {
  const held = ownersIn(said);
  if (held) stderr.write(`${explainLocks(held.stack, held.owners)}\n`);
}

/** Verbs of the engine that only look at what a stack's state says. */
const LOOKING = new Set(['preview']);

/** Tells what was done beside what was asked for: a program as the engine itself would, a person in words. */
function tellerOf({ verb, json }: Pick<Request, 'verb' | 'json'>): (message: string) => void {
  return (message) => {
    // Of a verb that only looks, all output is one answer.
    if (json && LOCKING.has(verb))
      process.stdout.write(`${JSON.stringify({ diagnosticEvent: { severity: 'warning', message } })}\n`);
    else process.stderr.write(`${message}\n`);
  };
}

/**
 * Frees a stack from updates that died here, and its state from what they left half written. Throws who holds it, or what
 * is broken, before anything is started.
 */
function mustBeSound(engine: Engine, request: Request): void {
  const { verb, stack, rest } = request;
  const tell = tellerOf(request);
  const locks = LOCKING.has(verb);
  const folder = engine.lockFolder(stack);
  if (locks && folder !== undefined) {
    const standing = settleLocks(folder, tell);
    if (standing.length > 0) throw new Error(explainLocks(stack, standing));
  }
  const files = engine.stateFiles(stack);
  if (!files || !(locks || LOOKING.has(verb))) return;
  settleCheckpoint(files, locks && !rest.includes('--preview-only'), tell);
}

/** Makes this machine's own stack. One of a cloud is made by who sets its values: an empty one looks like one without drift. */
async function mustHaveStack(engine: Engine, stack: string): Promise<void> {
  if (engine.hasStack(stack)) return;
  if (isInCloud(stack)) {
    // In a bucket the engine looks, and says it.
    if (!engine.stateFiles(stack)) return;
    const page = `docs/environments/${placeOf(stack).environment.name}.md`;
    throw new Error(`There is no stack ${stack} yet. What to do: follow ${page} from "Set-up" on`);
  }
  // Only the engine can look into a bucket: there it makes the stack unless it finds one.
  const verb = engine.ownState ? ['init', stack, '--no-select'] : ['select', stack, '--create'];
  const words = ['stack', ...verb, '--non-interactive', ...engine.secretsWords];
  const code = await run(engine, ['-C', engine.configFolder, ...words]);
  if (code !== 0) throw new Error(`the stack ${stack} could not be made (exit code ${code})`);
}

/** In a cloud everything is planned before anything is changed: some rules are about what is absent. */
function isPlanned({ verb, stack, rest }: Pick<Request, 'verb' | 'stack' | 'rest'>): boolean {
  return verb === 'up' && isInCloud(stack) && !rest.includes('--target');
}

async function aimedAt(stack: string, { program, environment, project, configFile }: Engine): Promise<StackEngine> {
  const { stackEngine } = await import('./adoption/stack-engine.ts');
  return stackEngine({ program, environment, project, stack, configFile: configFile(stack) });
}

/** Plans the `up` and takes into the state what an earlier one made and could not note. */
async function adopt(engine: Engine, request: Request): Promise<void> {
  const { stack, rest } = request;
  const say = tellerOf(request);
  const tell = ({ urn, what }: Adopted): void =>
    say(`${urn.split('::').at(-1)}: ${what} was made by an earlier update that could not note it; adopted`);
  // Only here: this machine's own stack needs none of it, and starts sooner.
  const { adoptLost } = await import('./adoption/adopt.ts');
  await adoptLost({ engine: await aimedAt(stack, engine), words: [...policyWords('up'), ...rest], tell });
}

/**
 * Takes creates that an engine began and never ended off this machine's state: its providers find what they made, and the
 * engine would warn of them at each start from then on. In a cloud that is part of the adoption.
 */
async function settle(engine: Engine, stack: string): Promise<void> {
  const files = engine.stateFiles(stack);
  if (!files || !hasPending(files)) return;
  const { settlePending } = await import('./adoption/pending.ts');
  await settlePending(await aimedAt(stack, engine));
}

/** Words that every verb gets, and those that go with one. */
function engineWords(engine: Engine, { verb, stack, json, rest }: Request): string[] {
  const base = process.env['KEELSON_PORT_BASE'];
  const asks = verb !== 'preview' && !rest.includes('--preview-only');
  const isLocal = !isInCloud(stack);
  const runsProgram = isLocal && ['preview', 'up', 'refresh'].includes(verb);
  return [
    verb,
    '-C',
    engine.project,
    '--non-interactive',
    '--stack',
    stack,
    '--config-file',
    engine.configFile(stack),
    ...(isLocal ? [] : policyWords(verb)),
    ...(asks ? ['--yes'] : []),
    // A person sees the plan; a program has had it already, when what was lost was looked for.
    ...(asks && (json || !isPlanned({ verb, stack, rest })) ? ['--skip-preview'] : []),
    ...(json ? ['--json'] : []),
    ...(base !== undefined && runsProgram ? ['--config', `keelson:portBase=${base}`] : []),
    ...rest,
  ];
}

async function main(): Promise<number> {
  const { words, notes } = guardedWords(process.argv.slice(2));
  for (const note of notes) process.stderr.write(`${note}\n`);
  const request = parse(words);
  const engine = prepareEngine();
  const files = engine.stateFiles(request.stack);
  if (files) dropBrokenAttributes(files.folder, tellerOf(request));
  const folder = join(stateFolder(), request.stack);
  switch (request.verb) {
    case 'pulumi':
      // Without a name it is the stack that was selected, and the engine's own words are explained.
      if (words.some((word) => word === '-s' || word.startsWith('--stack'))) {
        mustBeSound(engine, { ...request, verb: words[1] ?? '', json: false });
      }
      return run(engine, [...engine.folderWords, ...words.slice(1)]);
    case 'stop':
      await new SupervisorClient(foldersOf(request.stack, folder)).shutdown();
      return 0;
    case 'up':
      // Only here: the compiler takes longer to load than a preview has time for. A cloud runs images.
      if (!isInCloud(request.stack)) await (await import('./build.ts')).buildServices();
      break;
    case 'preview':
    case 'destroy':
    case 'refresh':
      break;
    default:
      process.stderr.write('usage: engine.ts preview|up|destroy|refresh|stop [-s <stack>] [--json] [--wipe] …\n');
      return 2;
  }
  await mustHaveStack(engine, request.stack);
  mustBeSound(engine, request);
  if (isPlanned(request)) await adopt(engine, request);
  else if (request.verb === 'up' && !isInCloud(request.stack)) await settle(engine, request.stack);
  const code = await run(engine, engineWords(engine, request), {
    KEELSON_BUILT: request.verb === 'up' ? '1' : '',
    ...(request.wipe ? { KEELSON_WIPE: '1' } : {}),
  });
  if (code === 0 && request.verb === 'destroy' && request.wipe) rmSync(folder, { recursive: true, force: true });
  return code;
}

process.exitCode = await main().catch((error: Error & { readonly code?: unknown }) => {
  process.stderr.write(`${error.message}\n`);
  explainTo(process.stderr, error.message);
  return typeof error.code === 'number' ? error.code : 1;
});
