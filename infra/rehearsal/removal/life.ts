import { addressesOf, type Addresses } from '../../src/cloud/addresses.ts';
import type { CloudEnvironment } from '../../src/environments/environment.ts';
import { sizes, type Size } from '../../src/environments/sizes.ts';
import type { Kept } from '../doubles/double.ts';
import type { Vendors } from './vendors.ts';

/** An environment as the vendors have it, looked at from outside. */
export interface Life {
  readonly environment: CloudEnvironment;
  readonly size: Size;
  readonly vendors: Vendors;
  readonly addresses: Addresses;
}

/** Something that somebody does with an environment. */
export interface Behaviour {
  /** Who, and what they do: the sentence that a removed resource makes false. */
  readonly name: string;
  /** Does it at the vendors, knowing nothing of the program; throws with what stands in the way. */
  act(life: Life): void;
}

export function lifeOf(environment: CloudEnvironment, vendors: Vendors): Life {
  const addresses = addressesOf(environment, vendors.settings);
  return { environment, vendors, size: sizes[environment.size], addresses };
}

export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}

/** What is there, or the sentence that says who misses it. */
export function found<Thing>(thing: Thing | undefined, sentence: string): Thing {
  must(thing !== undefined, sentence);
  return thing;
}

/** What a doubled vendor keeps of a type, as it was asked for. */
export function keptOf(life: Life, vendor: 'cloudflare' | 'vercel' | 'github', type: string): readonly Kept[] {
  return life.vendors[vendor].ofType(type);
}
