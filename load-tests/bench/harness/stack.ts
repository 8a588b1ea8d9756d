import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { mustRun, run } from './command.ts';

export const repository = resolve(import.meta.dirname, '..', '..', '..');
const state = resolve(process.env['KEELSON_STATE_DIR'] ?? join(repository, '.keelson'));
const stackFolder = join(state, 'local');
export const venueFolder = join(stackFolder, 'venue');

const statusFile = z.object({
  socket: z.string(),
  services: z.array(
    z.object({
      name: z.string(),
      instance: z.string(),
      pid: z.int().nullable(),
      port: z.int(),
      url: z.string().nullable(),
    }),
  ),
});
export type Processes = z.infer<typeof statusFile>['services'];

const credentialsFile = z.object({
  databaseAdminUrl: z.string(),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  auth: z.object({
    privateJwk: z.looseObject({ kid: z.string() }),
    jwks: z.looseObject({}),
    issuer: z.string(),
    audience: z.string(),
  }),
  demo: z.object({ webhookKey: z.string(), webhookPathId: z.string() }),
});
export type Credentials = z.infer<typeof credentialsFile>;

function readState<T>(file: string, schema: z.ZodType<T>): T {
  if (!existsSync(file)) throw new Error(`${file} is missing: start the stack first, npm start`);
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

export function credentials(): Credentials {
  return readState(join(stackFolder, 'credentials.json'), credentialsFile);
}

/** Path of a tool of the set-up; throws with the command that brings it. */
export function k6Path(): string {
  const found = readState(
    join(state, 'toolchain.json'),
    z.object({ k6: z.object({ path: z.string() }).optional() }),
  ).k6;
  if (found) return found.path;
  throw new Error('k6 is not set up: node ops/bootstrap/main.mjs ensure k6');
}

/** Every process of the stack with its pid, from the supervisor itself: a file could be stale. */
export async function processes(): Promise<Processes> {
  return statusFile.shape.services.parse(JSON.parse((await supervisor('GET', '/processes')).body));
}

/** Address of a service's first instance, without a slash at its end. */
export async function addressOf(service: string): Promise<string> {
  const url = (await processes()).find(({ instance }) => instance === service)?.url;
  if (url) return url;
  throw new Error(`${service} does not run: npm start`);
}

/** One request to the supervisor's socket; infra/src/targets/local/README.md has the table of them. */
export function supervisor(method: string, path: string): Promise<{ status: number; body: string }> {
  const { socket } = readState(join(stackFolder, 'status.json'), statusFile);
  return new Promise((resolvePromise, reject) => {
    const asked = request({ socketPath: socket, method, path, host: 'keelson' }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.once('end', () => resolvePromise({ status: answer.statusCode ?? 0, body }));
    });
    asked.once('error', (error) => reject(new Error(`no supervisor answers (${error.message}): npm start`)));
    asked.end();
  });
}

/** Runs `keelson <words> --json` and hands back what it printed. */
export async function keelson(words: readonly string[]): Promise<unknown> {
  const script = join(repository, 'ops', 'bin', 'keelson.mjs');
  return JSON.parse(await mustRun(process.execPath, [script, ...words, '--json'], { cwd: repository }));
}

/** Starts the engine on the stack, e.g. ["up"]; throws with its last lines when it fails. */
export async function engine(words: readonly string[]): Promise<string> {
  return mustRun(process.execPath, [join(repository, 'infra', 'src', 'engine.ts'), ...words], { cwd: repository });
}

/** True when the running stack is exactly what `npm start` would make: a preview finds nothing to do. */
export async function isAsStarted(): Promise<boolean> {
  const script = join(repository, 'infra', 'src', 'engine.ts');
  return (await run(process.execPath, [script, 'preview', '--expect-no-changes'], { cwd: repository })).code === 0;
}

/** Runs work that stops or kills processes, and has the engine look at the stack afterwards, whatever happens. */
export async function thenRepaired<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await engine(['up']);
  }
}

function stackConfigFile(): string {
  const folder = process.env['KEELSON_STATE_DIR'] === undefined ? repository : join(state, 'project');
  return join(folder, 'Pulumi.local.yaml');
}

/**
 * Runs work on the stack with other variables of services ("worker:WORKER_LIVENESS=off"), given to the same Pulumi
 * program as configuration, and brings the stack back to what it was, whatever happens.
 */
export async function withServiceEnv<T>(entries: readonly string[], work: () => Promise<T>): Promise<T> {
  const file = stackConfigFile();
  const before = readFileSync(file, 'utf8');
  const document = parseDocument(before);
  document.setIn(['config', 'keelson:serviceEnv'], [...entries]);
  return thenRepaired(async () => {
    writeFileSync(file, document.toString());
    try {
      await engine(['up']);
      return await work();
    } finally {
      writeFileSync(file, before);
    }
  });
}
