import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import type { ProviderDefinition } from '../../src/providers/plugin/definition.ts';
import { plain, type ResourceHandler } from '../../src/providers/plugin/handler.ts';
import { propertiesOf, UNKNOWN, type Properties } from '../../src/providers/plugin/wire.ts';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { Faults } from '../emulator/faults.ts';
import type { Journal } from '../emulator/journal.ts';

/** One type of an official provider, as far as the program uses it. */
export interface DoubleType<Inputs extends object = object> {
  /** Strict, and held against the package's own type by the compiler: what the real provider would refuse is refused. */
  readonly schema: z.ZodType<Inputs>;
  /** What makes two of them the same at the vendor; a second one is a conflict there. */
  readonly key: (inputs: Inputs) => string;
  /** True where the vendor's "create" is a PUT: a second one overwrites instead of failing. */
  readonly overwrites?: boolean;
  /** What the vendor adds, beside the inputs. */
  readonly computed?: (inputs: Inputs, id: string) => Properties;
  /** The id, where the vendor does not make one up. */
  readonly id?: (inputs: Inputs) => string;
  readonly replaceOn: readonly string[];
  readonly secretOutputs?: readonly string[];
  /** Outputs that are not known before it is made. */
  readonly later?: readonly string[];
}

/** What a vendor has of one resource. */
export interface Kept {
  readonly type: string;
  readonly key: string;
  inputs: Properties;
  readonly computed: Properties;
}

/** A vendor that is only known through an official provider: its state, which is not Pulumi's. */
export class DoubledVendor {
  readonly name: string;
  readonly kept = new Map<string, Kept>();
  readonly journal: Journal;
  readonly #faults: Faults;
  readonly #pace: Pace;

  constructor(name: string, parts: { readonly journal: Journal; readonly faults: Faults; readonly pace: Pace }) {
    this.name = name;
    this.journal = parts.journal;
    this.#faults = parts.faults;
    this.#pace = parts.pace;
  }

  /** The id of what has a natural key; undefined when nothing has. */
  find(type: string, key: string): string | undefined {
    return [...this.kept].find(([, kept]) => kept.type === type && kept.key === key)?.[0];
  }

  /** One call: disturbed as ordered, and written into the journal. */
  call<Result>(verb: string, type: string, mutating: boolean, act: () => Result): Result {
    const call = { vendor: this.name, operation: `${verb} ${type}`, mutating };
    const fault = this.#faults.meet(call);
    const note = (effective: boolean, status: number): void =>
      this.journal.add({
        at: this.#pace.now(),
        ...call,
        effective,
        status,
        ...(fault && { fault: `${fault.kind} ${fault.moment}` }),
      });
    const words = `${type}: ${fault?.kind ?? ''} from ${this.name}`;
    if (fault?.moment === 'before') {
      note(false, 0);
      throw new Error(words);
    }
    let result: Result;
    try {
      result = act();
    } catch (error) {
      note(false, 409);
      throw error;
    }
    note(mutating, fault ? 0 : 200);
    if (fault) throw new Error(words);
    return result;
  }
}

/** A type as a resource handler over the vendor's state. */
function doubleHandler<Inputs extends object>(
  type: string,
  spec: DoubleType<Inputs>,
): ResourceHandler<DoubledVendor, Inputs> {
  const outputsOf = ({ inputs, computed }: Kept): Properties => ({ ...inputs, ...computed });
  const mustKeep = (vendor: DoubledVendor, id: string): Kept => {
    const kept = vendor.kept.get(id);
    if (!kept) throw new Error(`${type}: ${id} does not exist any more (404)`);
    return kept;
  };
  return {
    schema: spec.schema,
    secretOutputs: spec.secretOutputs ?? [],
    replaceOn: spec.replaceOn,
    planned: async (_vendor, inputs, before) => ({
      ...inputs,
      ...Object.fromEntries((spec.later ?? []).map((name) => [name, before?.[name] ?? UNKNOWN])),
    }),
    create: async (vendor, inputs) =>
      vendor.call('create', type, true, () => {
        const key = spec.key(inputs);
        const existing = vendor.find(type, key);
        if (existing !== undefined && !spec.overwrites)
          throw new Error(`${type}: "${key}" already exists at ${vendor.name} (409)`);
        const id = existing ?? spec.id?.(inputs) ?? randomBytes(16).toString('hex');
        const kept: Kept = { type, key, inputs: propertiesOf(inputs), computed: spec.computed?.(inputs, id) ?? {} };
        vendor.kept.set(id, kept);
        return { id, outputs: outputsOf(kept) };
      }),
    update: async (vendor, inputs, _before, { id }) =>
      vendor.call('update', type, true, () => {
        const kept = mustKeep(vendor, id);
        kept.inputs = propertiesOf(inputs);
        return outputsOf(kept);
      }),
    read: async (vendor, _inputs, _before, { id }) =>
      vendor.call('read', type, false, () => {
        const kept = vendor.kept.get(id);
        return kept && { inputs: kept.inputs, outputs: outputsOf(kept) };
      }),
    adopt: async (vendor, id) =>
      vendor.call('read', type, false, () => {
        const kept = vendor.kept.get(id);
        return kept && { inputs: kept.inputs, outputs: outputsOf(kept) };
      }),
    delete: async (vendor, _inputs, _before, { id }) =>
      vendor.call('delete', type, true, () => {
        vendor.kept.delete(id);
      }),
  };
}

/** The stand-in for an official provider plugin: its own types, over a vendor's state in this process. */
export function doubleOf(
  vendor: DoubledVendor,
  version: string,
  types: Readonly<Record<string, DoubleType<never>>>,
): ProviderDefinition<DoubledVendor> {
  const handlers = Object.entries(types).map(
    ([type, spec]) => [type, plain(doubleHandler(type, spec as unknown as DoubleType))] as const,
  );
  return {
    name: vendor.name,
    version,
    types: Object.fromEntries(handlers),
    checkConfig: async () => [],
    configure: () => vendor,
    cannotImport: 'the stand-in keeps nothing by this id',
  };
}
