import { milliseconds, type Duration } from '@keelson/kernel';
import { generatedProvider } from '../../src/providers/generated/definition.ts';
import type { ProviderDefinition } from '../../src/providers/plugin/definition.ts';
import type { Properties } from '../../src/providers/plugin/wire.ts';
import { configure as configureRailway } from '../../src/providers/railway/configuration.ts';
import { railwayProvider } from '../../src/providers/railway/definition.ts';
import { configure as configureSupabase } from '../../src/providers/supabase/api.ts';
import { supabaseProvider } from '../../src/providers/supabase/definition.ts';
import { configure as configureUpstash } from '../../src/providers/upstash/api.ts';
import { upstashProvider } from '../../src/providers/upstash/definition.ts';
import type { VendorPlace } from '../../src/providers/vendor/context.ts';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import { cloudflareDouble } from '../doubles/cloudflare.ts';
import { DoubledVendor, doubleOf, type DoublePackage } from '../doubles/double.ts';
import { githubDouble } from '../doubles/github.ts';
import { vercelDouble } from '../doubles/vercel.ts';
import { Faults } from '../emulator/faults.ts';
import { HttpEmulator, type EmulatedVendor } from '../emulator/http-emulator.ts';
import { Journal } from '../emulator/journal.ts';
import type { Vendor } from '../fields/derive.ts';
import { SentFields } from '../fields/sent.ts';
import { EmulatedRailway } from '../railway/vendor.ts';
import type { rehearsedSettings } from '../stage.ts';
import { EmulatedSupabase } from '../supabase/vendor.ts';
import { EmulatedUpstash } from '../upstash/vendor.ts';

export type Settings = ReturnType<typeof rehearsedSettings>;

/** Time that passes when somebody waits, and only then: minutes of a vendor cost nothing, and no deadline is missed. */
class SteppingPace implements Pace {
  #now = Date.parse('2026-01-01T00:00:00Z');

  now(): number {
    return this.#now;
  }

  async sleep(forSo: Duration, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.#now += milliseconds(forSo);
  }
}

/** A provider package, and how it gets to its vendor from the values of the program. */
export interface Package {
  readonly definition: ProviderDefinition<unknown>;
  connect(values: Properties): unknown;
}

/** Every vendor of a cloud in this process, without an engine: emulators behind HTTP, doubles as they are. */
export class Vendors {
  readonly settings: Settings;
  readonly pace: Pace = new SteppingPace();
  readonly journal = new Journal();
  readonly faults = new Faults();
  readonly railway: EmulatedRailway;
  readonly supabase: EmulatedSupabase;
  readonly upstash: EmulatedUpstash;
  readonly cloudflare = new DoubledVendor('cloudflare', this);
  readonly vercel = new DoubledVendor('vercel', this);
  readonly github = new DoubledVendor('github', this);
  readonly packages = new Map<string, Package>();
  /** Which fields of the vendors our providers filled. */
  readonly fields = new SentFields();
  readonly #emulators: HttpEmulator[] = [];

  private constructor(settings: Settings) {
    this.settings = settings;
    const { railwayToken, supabaseToken, upstashEmail: email, upstashApiKey: apiKey } = settings;
    this.railway = new EmulatedRailway(this.pace, [railwayToken]);
    this.supabase = new EmulatedSupabase(this.pace, [supabaseToken]);
    this.upstash = new EmulatedUpstash(this.pace, { email, apiKey });
  }

  static async open(settings: Settings): Promise<Vendors> {
    const vendors = new Vendors(settings);
    await vendors.#own(railwayProvider, vendors.railway, configureRailway);
    await vendors.#own(supabaseProvider, vendors.supabase, configureSupabase);
    await vendors.#own(upstashProvider, vendors.upstash, configureUpstash);
    vendors.#official(vendors.cloudflare, cloudflareDouble);
    vendors.#official(vendors.vercel, vercelDouble);
    vendors.#official(vendors.github, githubDouble);
    vendors.packages.set('generated', { definition: untyped(generatedProvider), connect: () => null });
    return vendors;
  }

  async close(): Promise<void> {
    await Promise.all(this.#emulators.map((emulator) => emulator.close()));
  }

  async #own<Context>(
    definition: ProviderDefinition<Context>,
    vendor: EmulatedVendor & { readonly name: Vendor },
    configure: (values: Properties, place: VendorPlace) => Context,
  ): Promise<void> {
    const { journal, faults, pace } = this;
    const watched: EmulatedVendor = {
      name: vendor.name,
      classify: (request) => vendor.classify(request),
      failure: (status, message) => vendor.failure(status, message),
      answer: (request) => {
        this.fields.note(vendor.name, request);
        return vendor.answer(request);
      },
    };
    const emulator = await HttpEmulator.start({ vendor: watched, journal, faults, pace });
    this.#emulators.push(emulator);
    const place = { pace, baseUrl: emulator.url };
    this.packages.set(definition.name, {
      definition: untyped(definition),
      connect: (values) => configure(values, place),
    });
  }

  #official(vendor: DoubledVendor, double: DoublePackage): void {
    const definition = doubleOf(vendor, double);
    this.packages.set(definition.name, {
      definition: untyped(definition),
      connect: (values) => definition.configure(values),
    });
  }
}

/** Forgets what a package's handlers work with: it is only ever handed from `connect` back to them. */
function untyped<Context>(definition: ProviderDefinition<Context>): ProviderDefinition<unknown> {
  return definition as unknown as ProviderDefinition<unknown>;
}
