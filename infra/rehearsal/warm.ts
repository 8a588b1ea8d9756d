import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ProviderDefinition } from '../src/providers/plugin/definition.ts';
import { serveProvider, type ServedProvider } from '../src/providers/plugin/serve.ts';
import { generatedProvider } from '../src/providers/generated/definition.ts';
import { configure as configureRailway } from '../src/providers/railway/configuration.ts';
import { railwayProvider } from '../src/providers/railway/definition.ts';
import { configure as configureSupabase } from '../src/providers/supabase/api.ts';
import { supabaseProvider } from '../src/providers/supabase/definition.ts';
import { configure as configureUpstash } from '../src/providers/upstash/api.ts';
import { upstashProvider } from '../src/providers/upstash/definition.ts';
import type { VendorPlace } from '../src/providers/vendor/context.ts';
import { repositoryFolder, stateFolder } from '../src/targets/local/folders.ts';

/** An engine that only looks, or takes over what it finds, and one that changes something, which may fail. */
export type EngineUse = 'look' | 'update';

interface Host {
  readonly process: ChildProcess;
  readonly port: number;
}

const SOURCES = join(repositoryFolder, 'infra', 'src');
/**
 * Who hosts the program, by what an engine is used for. A program with resources that failed ends by that, so it is a process
 * of its own where they may.
 */
const HOSTS: Readonly<Record<EngineUse, readonly string[]>> = {
  look: ['--import', join(SOURCES, 'language-host', 'lean-sdk.ts'), join(import.meta.dirname, 'warm-host.ts')],
  update: [join(SOURCES, 'language-host', 'main.ts')],
};

/** Where each of our own providers finds its vendor. */
export type Places = Readonly<Record<'railway' | 'supabase' | 'upstash', VendorPlace>>;

/**
 * Our own providers and the program, running before the engine does: two thirds of an engine's run are their start. The
 * code is the same, and what is not seen of it is that a process of theirs begins and ends, so whoever kills an engine or a
 * plugin does without this.
 */
export class WarmPlugins {
  readonly #serve: readonly (() => Promise<readonly [string, ServedProvider]>)[];
  readonly #environment: NodeJS.ProcessEnv;
  #served: readonly (readonly [string, ServedProvider])[] = [];
  readonly #hosts = new Map<EngineUse, Host>();

  constructor(places: Places, environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
    const at = <Context>(
      provider: ProviderDefinition<Context>,
      configure: ProviderDefinition<Context>['configure'] = provider.configure,
    ) => {
      const definition = { ...provider, configure };
      return async () => [provider.name, await serveProvider(definition, async () => undefined)] as const;
    };
    this.#serve = [
      at(railwayProvider, (values) => configureRailway(values, places.railway)),
      at(supabaseProvider, (values) => configureSupabase(values, places.supabase)),
      at(upstashProvider, (values) => configureUpstash(values, places.upstash)),
      at(generatedProvider),
    ];
  }

  /**
   * Serves each anew, so that it knows of nothing that was before, as a process would not. Resolves to what leads an engine
   * to them and to others that run already (`name:port`).
   */
  async variablesBeside(others: readonly string[], use: EngineUse): Promise<Readonly<Record<string, string>>> {
    const host = this.#hosts.get(use) ?? (await startHost(HOSTS[use], this.#environment));
    this.#hosts.set(use, host);
    this.#end();
    this.#served = await Promise.all(this.#serve.map((serve) => serve()));
    const ports = this.#served.map(([name, { port }]) => `${name}:${port}`);
    return {
      PULUMI_DEBUG_PROVIDERS: [...others, ...ports].join(','),
      PULUMI_DEBUG_LANGUAGES: `nodejs:${host.port}`,
    };
  }

  close(): void {
    this.#end();
    for (const { process: child } of this.#hosts.values()) child.kill();
    this.#hosts.clear();
  }

  #end(): void {
    for (const [, served] of this.#served) served.close();
    this.#served = [];
  }
}

/** A process that prints its port, as the engine's own host does. It ends with this one. */
async function startHost(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Host> {
  // In the folder in which an engine runs the program; compiled code is kept, as the engine's launchers do.
  const env = { NODE_COMPILE_CACHE: join(stateFolder(), 'cache', 'compile'), ...environment };
  const child = spawn(process.execPath, words, { cwd: SOURCES, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the language host ended with ${code} before it said its port`)));
  });
  const lines = createInterface({ input: child.stdout });
  const port = new Promise<number>((resolve) => lines.once('line', (line) => resolve(Number(line))));
  // It may end at any time later, which concerns nobody any more.
  failed.catch(() => undefined);
  return { process: child, port: await Promise.race([port, failed]) };
}
