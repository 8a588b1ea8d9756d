import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { prepareEngine, type Engine } from './engine-environment.ts';
import { clearDeadLocks } from './engine-locks.ts';
import { environments, stacksOf } from './environments/named.ts';
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

function run(engine: Engine, words: readonly string[], extra: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const forProgram = words.includes('--json');
    const child = spawn(engine.program, [...words], {
      env: { ...engine.environment, ...extra },
      stdio: forProgram ? ['inherit', 'pipe', 'pipe'] : 'inherit',
    });
    passOn(child.stdout, process.stdout);
    passOn(child.stderr, process.stderr);
    // Ctrl-C reaches the engine by itself; it ends in its own time, and we with it.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

async function selectStack(engine: Engine, stack: string): Promise<void> {
  if (engine.hasStack(stack)) return;
  // Only the engine can look into a bucket: there it makes the stack unless it finds one.
  const verb = engine.ownState ? ['init', stack, '--no-select'] : ['select', stack, '--create'];
  const words = ['stack', ...verb, '--non-interactive', ...engine.secretsWords];
  const code = await run(engine, ['-C', engine.configFolder, ...words]);
  if (code !== 0) throw new Error(`the stack ${stack} could not be made (exit code ${code})`);
}

/** Words that every verb gets, and those that go with one. */
function engineWords(engine: Engine, { verb, stack, json, rest }: Request): string[] {
  const base = process.env['KEELSON_PORT_BASE'];
  const asks = verb !== 'preview' && !rest.includes('--preview-only');
  const isLocal = !isInCloud(stack);
  const runsProgram = isLocal && ['preview', 'up', 'refresh'].includes(verb);
  // In a cloud everything is planned before anything is changed: some rules are about what is absent.
  const isPlanned = !isLocal && verb === 'up' && !rest.includes('--target');
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
    ...(asks && !isPlanned ? ['--skip-preview'] : []),
    ...(json ? ['--json'] : []),
    ...(base !== undefined && runsProgram ? ['--config', `keelson:portBase=${base}`] : []),
    ...rest,
  ];
}

async function main(): Promise<number> {
  const request = parse(process.argv.slice(2));
  const engine = prepareEngine();
  const folder = join(stateFolder(), request.stack);
  switch (request.verb) {
    case 'pulumi':
      return run(engine, [...engine.folderWords, ...process.argv.slice(3)]);
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
  await selectStack(engine, request.stack);
  clearDeadLocks(engine.lockFolder(request.stack));
  const code = await run(engine, engineWords(engine, request), {
    KEELSON_BUILT: request.verb === 'up' ? '1' : '',
    ...(request.wipe ? { KEELSON_WIPE: '1' } : {}),
  });
  if (code === 0 && request.verb === 'destroy' && request.wipe) rmSync(folder, { recursive: true, force: true });
  return code;
}

process.exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  return 1;
});
