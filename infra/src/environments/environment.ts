import type { Resources, Scaling } from '@keelson/catalogue';
import type { CloudEnvironmentName } from '@keelson/catalogue/environments';
import type { SizeName } from './sizes.ts';

/** What an environment may change of a service: how much of it runs. What it is, needs and offers is in the catalogue. */
export type ServiceOverrides = Readonly<
  Record<string, { readonly scaling?: Partial<Scaling>; readonly resources?: Partial<Resources> }>
>;

/** Everything on one machine, as processes; one stack. */
export interface LocalEnvironment {
  readonly name: 'local';
  readonly target: 'local';
  readonly services: ServiceOverrides;
  readonly postgres: { readonly maxConnections: number; readonly sharedBuffersMib: number };
  readonly switches: {
    /** A demo team with an account and a webhook key. */
    readonly demoData: boolean;
  };
}

/** A place in the world, by the names that each vendor has for it. */
export type RegionName = 'us-east' | 'us-west' | 'eu-west' | 'asia-southeast';

/**
 * An environment in a cloud: two stacks of the program, `<name>-data` (protected, rarely touched) and `<name>` (every
 * day). Sizes and switches; anything else here does not compile.
 */
export interface CloudEnvironment {
  readonly name: CloudEnvironmentName;
  readonly target: 'railway';
  readonly size: SizeName;
  /** The first is home: database, cache and beat run there. Further ones run what is stateless. */
  readonly regions: readonly [RegionName, ...RegionName[]];
  readonly services: ServiceOverrides;
  readonly switches: {
    /** Refuses to delete data, asks a second person to resume trading, wants backups and two of everything stateless. */
    readonly production: boolean;
    /** Services sleep while nobody uses them; never where signals must be taken at any time. */
    readonly sleep: boolean;
    /** Orders may reach real venues; the account must say so too. */
    readonly liveTrading: boolean;
  };
}

export type Environment = LocalEnvironment | CloudEnvironment;
