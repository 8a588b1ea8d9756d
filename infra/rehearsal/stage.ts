import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackEngine, type StackEngine } from '../src/adoption/stack-engine.ts';
import { cloudSettings, type SettingName } from '../src/cloud/settings.ts';
import type { CloudEnvironment } from '../src/environments/environment.ts';
import { environmentOf, stateUrl } from '../src/engine-environment.ts';
import { guardedWords } from '../src/engine-words.ts';
import { placeOf, stacksOf } from '../src/environments/named.ts';
import type { VendorPlace } from '../src/providers/vendor/context.ts';
import { paceOf, type Pace } from '../src/providers/vendor/pace.ts';
import { repositoryFolder, stateFolder } from '../src/targets/local/folders.ts';
import { policyWords } from '../src/policies/pack.ts';
import { readToolchain } from '../src/targets/local/toolchain.ts';
import { Canaries } from './canaries.ts';
import { DoubledVendor } from './doubles/double.ts';
import { cloudflareRest } from './doubles/rest/cloudflare.ts';
import { githubRest } from './doubles/rest/github.ts';
import { vercelRest } from './doubles/rest/vercel.ts';
import { ServedDoubles } from './doubles/served.ts';
import { Faults } from './emulator/faults.ts';
import { HttpEmulator, type EmulatedVendor } from './emulator/http-emulator.ts';
import { Journal } from './emulator/journal.ts';
import type { SchemaChecks } from './emulator/violations.ts';
import { ProcessArguments } from './process-arguments.ts';
import { EmulatedRailway } from './railway/vendor.ts';
import { SealedConfig } from './sealed-config.ts';
import { secretsOf } from './secrets.ts';
import { EmulatedSupabase } from './supabase/vendor.ts';
import { killPlugin } from './torture/kill-plugin.ts';
import { EmulatedUpstash } from './upstash/vendor.ts';
import { WarmPlugins } from './warm.ts';

/** Virtual seconds in a real one: minutes of a vendor become a second of ours, and nothing else changes. */
const SPEED = 120;

/** How a stage differs from that of a rehearsal, for who needs a hundred runs of the engine and judges other things. */
export interface StageOptions {
  /** Virtual seconds in a real one. */
  readonly speed?: number;
  /**
   * Which engines find our own providers and the program's host running: none, those that only look for what was lost
   * (`engine`), or all of them. Nobody may kill such an engine, or a plugin of it.
   */
  readonly warm?: 'none' | 'looks' | 'all';
  /** False: the engine's logs are as quiet as usual, and nobody looks for secrets in what a run leaves. */
  readonly watched?: boolean;
}

/** What a person would set; secrets are canaries, so that a test can look for them everywhere. */
export function rehearsedSettings(): Record<SettingName, string> {
  const canary = (): string => `canary-${randomBytes(12).toString('hex')}`;
  const given: Partial<Record<SettingName, string>> = {
    installation: 'a1b2c3',
    domain: 'example.com',
    image: `registry.example.com/acme/keelson@sha256:${'1'.repeat(64)}`,
    alertEmail: 'ops@example.com',
    cloudflareAccount: 'f'.repeat(32),
    cloudflareZone: 'e'.repeat(32),
    upstashEmail: 'ops@example.com',
    registryUser: 'puller',
    size: '',
    passwordGeneration: '1',
    githubReviewers: '1,2',
  };
  return Object.fromEntries(
    (Object.keys(cloudSettings) as SettingName[]).map((name) => {
      return [name, given[name] ?? (cloudSettings[name].secret ? canary() : `${name}-of-acme`)];
    }),
  ) as Record<SettingName, string>;
}

export interface EngineRun {
  readonly code: number;
  /** Both streams, as a person would see them. */
  readonly text: string;
  readonly seconds: number;
}

/** Every vendor of a cloud on this machine, and the real engine aimed at them. */
export class Stage {
  readonly environment: CloudEnvironment;
  readonly settings = rehearsedSettings();
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly pace: Pace;
  readonly railway: EmulatedRailway;
  readonly supabase: EmulatedSupabase;
  readonly upstash: EmulatedUpstash;
  readonly cloudflare: DoubledVendor;
  readonly vercel: DoubledVendor;
  readonly github: DoubledVendor;
  readonly folder: string;
  /** Where secrets were found that must not be there: after each run the engine's words, logs and files were looked at. */
  readonly canaries = new Canaries();
  readonly #arguments = new ProcessArguments((words) => this.canaries.examine('the arguments of a process', words));
  readonly #configs = new Map<string, SealedConfig>();
  readonly #startedAt = Date.now();
  readonly #passphrase = `canary-${randomBytes(24).toString('base64url')}`;
  readonly #emulators: HttpEmulator[] = [];
  readonly #served: ServedDoubles;
  readonly #options: Required<StageOptions>;
  #warm: WarmPlugins | undefined;
  #addresses: Record<string, string> = {};

  private constructor(environment: CloudEnvironment, options: StageOptions) {
    this.environment = environment;
    this.#options = { speed: SPEED, warm: 'none', watched: true, ...options };
    this.pace = paceOf({ startedAt: this.#startedAt, factor: this.#options.speed });
    const { railwayToken, supabaseToken, upstashEmail: email, upstashApiKey: apiKey } = this.settings;
    this.railway = new EmulatedRailway(this.pace, [railwayToken]);
    this.supabase = new EmulatedSupabase(this.pace, [supabaseToken]);
    this.upstash = new EmulatedUpstash(this.pace, { email, apiKey });
    this.cloudflare = new DoubledVendor('cloudflare', this);
    this.vercel = new DoubledVendor('vercel', this);
    this.github = new DoubledVendor('github', this);
    this.#served = new ServedDoubles(this);
    this.folder = mkdtempSync(join(tmpdir(), 'keelson-rehearsal-'));
  }

  /** Starts every stand-in; the engine is started by `run`. */
  static async open(environment: CloudEnvironment, options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(environment, options);
    const { railway, supabase, upstash, settings } = stage;
    const emulated: Record<string, EmulatedVendor> = {
      ...{ RAILWAY: railway, SUPABASE: supabase, UPSTASH: upstash },
      CLOUDFLARE: cloudflareRest(stage.cloudflare, settings.cloudflareToken),
      VERCEL: vercelRest(stage.vercel, settings.vercelToken),
      GITHUB: githubRest(stage.github, settings.githubToken),
    };
    const vendors = Object.entries(emulated);
    const urls = vendors.map(async ([name, vendor]): Promise<[string, string]> => {
      const emulator = await HttpEmulator.start({
        vendor,
        journal: stage.journal,
        faults: stage.faults,
        pace: stage.pace,
      });
      stage.#emulators.push(emulator);
      return [`KEELSON_${name}_URL`, emulator.url];
    });
    stage.#addresses = Object.fromEntries(await Promise.all(urls));
    await stage.#served.serve();
    await stage.#makeStacks();
    if (stage.#options.warm !== 'none') stage.#warmUp();
    return stage;
  }

  /** The vendors that are only known through an official provider. */
  get doubles(): readonly DoubledVendor[] {
    return [this.cloudflare, this.vercel, this.github];
  }

  /** What leads an engine, whoever starts it, to the vendors of this stage, at their pace. */
  get variables(): Readonly<Record<string, string>> {
    return {
      ...this.#addresses,
      PULUMI_DEBUG_PROVIDERS: this.#served.ports.join(','),
      KEELSON_REHEARSAL_SPEED: `${this.#startedAt}x${this.#options.speed}`,
    };
  }

  /** What was held against the vendors' own schemas, and what reaches others against their packages' types. */
  get checks(): readonly SchemaChecks[] {
    const own = [this.railway.front.checks, this.supabase.checks, this.upstash.checks];
    return [...own, ...this.doubles.map(({ checks }) => checks)];
  }

  /** Sets a stack's configuration; `changed` overrides what the rehearsal usually sets. */
  async configure(stack: string, changed: Partial<Record<SettingName, string>> = {}): Promise<void> {
    const { layer } = placeOf(stack);
    const wanted = { ...this.settings, ...changed };
    const names = (Object.keys(cloudSettings) as SettingName[]).filter((name) =>
      (cloudSettings[name].layers as readonly string[]).includes(layer),
    );
    const values = names.map((name) => {
      const { key, secret } = cloudSettings[name];
      return [`keelson:${key}`, { value: wanted[name], secret }];
    });
    this.#configs.get(stack)!.write(Object.fromEntries(values));
  }

  /** A verb of the engine on a stack, without questions. */
  run(verb: 'preview' | 'up' | 'refresh' | 'destroy', stack: string, ...words: string[]): Promise<EngineRun> {
    const asks = verb !== 'preview' && !words.includes('--preview-only');
    const base = [verb, '--non-interactive', '--stack', stack, '--config-file', this.#configFile(stack)];
    return this.pulumi([...base, ...policyWords(verb), ...(asks ? ['--yes', '--skip-preview'] : []), ...words]);
  }

  /** `up` without the rules: where a plan is not what is looked at, they would only take their time. */
  unruledUp(stack: string, ...words: string[]): Promise<EngineRun> {
    const base = ['up', '--non-interactive', '--stack', stack, '--config-file', this.#configFile(stack)];
    return this.pulumi([...base, '--yes', '--skip-preview', ...words]);
  }

  /** The engine as it is, as talkative in its logs as it may be. Afterwards no secret must be where it does not belong. */
  async pulumi(words: readonly string[]): Promise<EngineRun> {
    if (!this.#options.watched) return this.#engine(words);
    const run = await this.#engine(guardedWords([...words, '-v=9', '--logflow']).words);
    for (const [name, value] of secretsOf(this)) this.canaries.add(name, value);
    this.canaries.examine(`what \`pulumi ${words.slice(0, 2).join(' ')}\` said`, run.text);
    this.canaries.examine('the journal of the vendors', JSON.stringify(this.journal.entries));
    this.canaries.examineFolder(this.folder);
    return run;
  }

  /** The engine on a stack, as `keelson up` takes it to look for what an earlier one lost. */
  async engine(stack: string): Promise<StackEngine> {
    await this.#served.serve();
    const { program, environment: cold } = this.#program();
    const environment = { ...cold, ...(await this.#warm?.variablesBeside(this.#served.ports, 'look')) };
    return stackEngine({ program, environment, project: repositoryFolder, stack, configFile: this.#configFile(stack) });
  }

  /** Where the engine notes who updates a stack. */
  lockFolder(stack: string): string {
    return join(this.folder, 'state', '.pulumi', 'locks', 'organization', 'keelson', stack);
  }

  #program(): { readonly program: string; readonly environment: NodeJS.ProcessEnv } {
    const toolchain = readToolchain(stateFolder());
    const environment = {
      ...environmentOf(toolchain),
      ...this.variables,
      // Where the engine and its plugins write their logs.
      TMPDIR: join(this.folder, 'logs'),
      PULUMI_BACKEND_URL: stateUrl(join(this.folder, 'state')),
      PULUMI_CONFIG_PASSPHRASE: this.#passphrase,
    };
    return { program: toolchain.pulumi.path, environment };
  }

  /** Where the vendors are, for our own providers within this process. */
  #warmUp(): void {
    const place = (name: string): VendorPlace => ({ pace: this.pace, baseUrl: this.#addresses[`KEELSON_${name}_URL`] });
    const places = { railway: place('RAILWAY'), supabase: place('SUPABASE'), upstash: place('UPSTASH') };
    this.#warm = new WarmPlugins(places, this.#program().environment);
  }

  async #engine(words: readonly string[]): Promise<EngineRun> {
    // One that was killed in the run before is started anew, as a plugin of the engine's own would be.
    await this.#served.serve();
    const { program, environment: cold } = this.#program();
    const warm = this.#options.warm === 'all' ? await this.#warm?.variablesBeside(this.#served.ports, 'update') : {};
    const environment = { ...cold, ...warm };
    const started = performance.now();
    const child = spawn(program, [...words], {
      cwd: repositoryFolder,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.faults.kill = (vendor, kind) => {
      if (kind === 'kill-engine') child.kill('SIGKILL');
      else if (!this.#served.kill(vendor)) killPlugin(child.pid, vendor);
    };
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, text, seconds: (performance.now() - started) / 1_000 }));
    });
  }

  async close(): Promise<void> {
    this.#arguments.stop();
    this.#served.close();
    this.#warm?.close();
    await Promise.all(this.#emulators.map((emulator) => emulator.close()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** `stack init` writes a stack's configuration beside the Pulumi.yaml that it finds: one of the rehearsal's own. */
  async #makeStacks(): Promise<void> {
    for (const part of ['state', 'logs']) mkdirSync(join(this.folder, part));
    for (const [name, value] of [...secretsOf(this), ['passphrase', this.#passphrase] as const]) {
      this.canaries.add(name, value);
    }
    if (this.#options.watched) this.#arguments.start();
    writeFileSync(join(this.folder, 'Pulumi.yaml'), 'name: keelson\nruntime: nodejs\n');
    const words = ['--non-interactive', '--no-select', '--secrets-provider', 'passphrase'];
    for (const stack of stacksOf(this.environment)) {
      await this.#must(['-C', this.folder, 'stack', 'init', stack, ...words]);
      this.#configs.set(stack, await SealedConfig.open(this.#configFile(stack), this.#passphrase));
      await this.configure(stack);
    }
  }

  async #must(words: readonly string[]): Promise<void> {
    const { code, text } = await this.pulumi(words);
    if (code !== 0) throw new Error(`The rehearsal could not be prepared: ${text}`);
  }

  #configFile(stack: string): string {
    return join(this.folder, `Pulumi.${stack}.yaml`);
  }
}
