import type { z } from 'zod';
import { refusals, type Refusal } from '../plugin/check.ts';
import type { Properties } from '../plugin/wire.ts';
import { paceOf, speedFrom, type Pace } from './pace.ts';

/** Where and when a provider talks to its vendor. */
export interface VendorPlace {
  readonly pace: Pace;
  /** An emulator on this machine; undefined for the vendor itself. */
  readonly baseUrl: string | undefined;
}

/**
 * `KEELSON_<VENDOR>_URL` aims a provider at an emulator. Only an address of this machine is taken: tokens must never go to
 * another host because a variable was set.
 */
export function placeFrom(vendor: string, environment: NodeJS.ProcessEnv): VendorPlace {
  const variable = `KEELSON_${vendor}_URL`;
  const baseUrl = environment[variable];
  if (baseUrl !== undefined && !['127.0.0.1', 'localhost', '[::1]'].includes(new URL(baseUrl).hostname)) {
    throw new Error(`${variable} may only name an emulator on this machine (http://127.0.0.1:<port>)`);
  }
  return { pace: paceOf(speedFrom(environment)), baseUrl };
}

/** The two functions of a provider that deal with its configuration: what is wrong with it, and what handlers get from it. */
export function vendorContext<Configuration, Context>(
  vendor: string,
  schema: z.ZodType<Configuration>,
  connect: (configuration: Configuration, place: VendorPlace) => Context,
): {
  checkConfig(values: Properties): Promise<readonly Refusal[]>;
  configure(values: Properties, place?: VendorPlace): Context;
} {
  return {
    // Every value of a provider's configuration counts as secret here: none is ever shown.
    checkConfig: async (values) => refusals(schema, { values, secretPaths: new Set(Object.keys(values)) }),
    configure: (values, place = placeFrom(vendor, process.env)) => connect(schema.parse(values), place),
  };
}
