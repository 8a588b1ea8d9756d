import { randomBytes, randomInt } from 'node:crypto';
import type { z } from 'zod';
import type { ProviderDefinition } from '../../src/providers/plugin/definition.ts';
import { refusals } from '../../src/providers/plugin/check.ts';
import { plain, type ResourceHandler } from '../../src/providers/plugin/handler.ts';
import { propertiesOf, UNKNOWN, type Properties } from '../../src/providers/plugin/wire.ts';
import type { Pace } from '../../src/providers/vendor/pace.ts';
import type { Faults, FaultSpec } from '../emulator/faults.ts';
import type { Journal } from '../emulator/journal.ts';
import { SchemaChecks } from '../emulator/violations.ts';

/** One type of an official provider, as far as the program uses it. */
export interface DoubleType<Inputs extends object = object> {
  /** Strict, and held against the package's own type by the compiler: what the real provider would refuse is refused. */
  readonly schema: z.ZodType<Inputs>;
  /** What makes two of them the same at the vendor; a second one is a conflict there. */
  readonly key: (inputs: Inputs) => string;
  /**
   * What the vendor does with a second one of the same key: refuses it, has it overwrite the first (its "create" is a
   * PUT), or keeps both, of which one is an orphan then.
   */
  readonly second?: 'refused' | 'overwrites' | 'kept';
  /** The resource without which it cannot be, and with which it goes. */
  readonly ownedBy?: { readonly type: string; readonly id: (inputs: Inputs) => string };
  /** True where the provider's "delete" leaves it at the vendor. */
  readonly outlivesDelete?: (inputs: Inputs) => boolean;
  /** What the vendor adds, beside the inputs. */
  readonly computed?: (inputs: Inputs, id: string) => Properties;
  /** The id, where the vendor does not make one up; else what its ids begin with. */
  readonly id?: (inputs: Inputs) => string;
  readonly idPrefix?: string;
  /** True where the vendor counts: its ids are numbers. */
  readonly numbered?: boolean;
  /** By what the package's own page says to import it; absent where it cannot be imported. */
  readonly importId?: (inputs: Inputs, id: string) => string;
  readonly replaceOn: readonly string[];
  readonly secretOutputs?: readonly string[];
  /** Outputs that are not known before it is made. */
  readonly later?: readonly string[];
}

/** What a vendor has of one resource. */
export interface Kept {
  readonly type: string;
  readonly id: string;
  readonly key: string;
  /** Where the resource is kept that it belongs to. */
  readonly owner: string | undefined;
  inputs: Properties;
  readonly computed: Properties;
}

/** What a provider asks of a vendor, in the words of the engine. */
export interface DoubledCall {
  readonly verb: 'create' | 'read' | 'update' | 'delete';
  readonly type: string;
  /** Natural key, or id. */
  readonly subject: string;
}

function placeOf(type: string, id: string): string {
  return `${type} ${id}`;
}

/** A vendor that is only known through an official provider: its state, which is not Pulumi's. */
export class DoubledVendor {
  readonly name: string;
  /** By type and id: a vendor may give a setting the id of what it is set on. */
  readonly kept = new Map<string, Kept>();
  readonly journal: Journal;
  /** Each input of a create or an update, against the schema that the compiler holds to the package's own types. */
  readonly checks: SchemaChecks;
  /** The order in which its resources are replaced: a bridge decides it for each type, by tables of its own. */
  createsFirst = false;
  readonly #faults: Faults;
  readonly #pace: Pace;

  constructor(name: string, parts: { readonly journal: Journal; readonly faults: Faults; readonly pace: Pace }) {
    this.name = name;
    this.journal = parts.journal;
    this.checks = new SchemaChecks(name, 'the types of its Pulumi package');
    this.#faults = parts.faults;
    this.#pace = parts.pace;
  }

  /** What has a natural key; undefined when nothing has. */
  find(type: string, key: string): Kept | undefined {
    return this.ofType(type).find((kept) => kept.key === key);
  }

  ofType(type: string): Kept[] {
    return [...this.kept.values()].filter((kept) => kept.type === type);
  }

  get(type: string, id: string): Kept | undefined {
    return this.kept.get(placeOf(type, id));
  }

  keep(kept: Kept): void {
    this.kept.set(placeOf(kept.type, kept.id), kept);
  }

  /** Removes it, and what belongs to it. */
  drop(type: string, id: string): void {
    const place = placeOf(type, id);
    this.kept.delete(place);
    for (const owned of [...this.kept.values()].filter(({ owner }) => owner === place)) this.drop(owned.type, owned.id);
  }

  /** One call, of what has this key or id: disturbed as ordered, and written into the journal. */
  async call<Result>({ verb, type, subject }: DoubledCall, act: () => Result): Promise<Result> {
    const mutating = verb !== 'read';
    const call = { vendor: this.name, operation: `${verb} ${type}`, mutating };
    const fault = this.#faults.meet({ ...call, subject });
    const note = (effective: boolean, status: number): void =>
      this.journal.add({
        at: this.#pace.now(),
        ...call,
        effective,
        status,
        ...(fault && { fault: `${fault.kind} ${fault.moment}` }),
      });
    const words = `${type}: ${fault?.kind ?? ''} from ${this.name}`;
    const fail = async (spec: FaultSpec): Promise<never> => {
      await this.#faults.strike(this.name, spec.kind);
      throw new Error(words);
    };
    if (fault?.moment === 'before') {
      note(false, 0);
      return fail(fault);
    }
    let result: Result;
    try {
      result = act();
    } catch (error) {
      note(false, 409);
      throw error;
    }
    note(mutating, fault ? 0 : 200);
    return fault ? fail(fault) : result;
  }
}

/** Makes one at the vendor, as the vendor would, or throws what it would answer. */
function make<Inputs extends object>(
  vendor: DoubledVendor,
  type: string,
  spec: DoubleType<Inputs>,
  inputs: Inputs,
): Kept {
  const key = spec.key(inputs);
  const owner = spec.ownedBy && { type: spec.ownedBy.type, id: spec.ownedBy.id(inputs) };
  if (owner && !vendor.get(owner.type, owner.id)) {
    throw new Error(`${type}: there is no ${owner.type} ${owner.id} at ${vendor.name} (404)`);
  }
  const existing = spec.second === 'kept' ? undefined : vendor.find(type, key);
  if (existing && spec.second !== 'overwrites') {
    throw new Error(`${type}: "${key}" already exists at ${vendor.name} (409)`);
  }
  const madeUp = spec.numbered
    ? String(randomInt(1, 2 ** 31))
    : `${spec.idPrefix ?? ''}${randomBytes(16).toString('hex')}`;
  const id = existing?.id ?? spec.id?.(inputs) ?? madeUp;
  const kept: Kept = {
    ...{ type, id, key, inputs: propertiesOf(inputs) },
    computed: spec.computed?.(inputs, id) ?? {},
    owner: owner && placeOf(owner.type, owner.id),
  };
  vendor.keep(kept);
  return kept;
}

function outputsOf({ inputs, computed }: Kept): Properties {
  return { ...inputs, ...computed };
}

/** A type as a resource handler over the vendor's state. */
function doubleHandler<Inputs extends object>(
  type: string,
  spec: DoubleType<Inputs>,
): ResourceHandler<DoubledVendor, Inputs> {
  const read = (vendor: DoubledVendor, id: string) =>
    vendor.call({ verb: 'read', type, subject: id }, () => {
      const kept = vendor.get(type, id);
      return kept && { inputs: kept.inputs, outputs: outputsOf(kept) };
    });
  /** An id that is not of the form on the package's page finds nothing, as there. */
  const adopt = (vendor: DoubledVendor, importId: string) =>
    vendor.call({ verb: 'read', type, subject: importId }, () => {
      const kept = vendor.ofType(type).find(({ inputs, id }) => spec.importId?.(inputs as Inputs, id) === importId);
      return kept && { id: kept.id, inputs: kept.inputs, outputs: outputsOf(kept) };
    });
  const hold = ({ checks }: DoubledVendor, verb: string, inputs: Inputs): void => {
    const problems = spec.schema.safeParse(inputs).error?.issues ?? [];
    const words = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
    checks.add(`${verb} ${type}`, 'request', words);
  };
  return {
    schema: spec.schema,
    secretOutputs: spec.secretOutputs ?? [],
    replaceOn: spec.replaceOn,
    createsFirst: (vendor) => vendor.createsFirst,
    planned: async (_vendor, inputs, before) => ({
      ...inputs,
      ...Object.fromEntries((spec.later ?? []).map((name) => [name, before?.[name] ?? UNKNOWN])),
    }),
    create: async (vendor, inputs) => {
      hold(vendor, 'create', inputs);
      return vendor.call({ verb: 'create', type, subject: spec.key(inputs) }, () => {
        const kept = make(vendor, type, spec, inputs);
        return { id: kept.id, outputs: outputsOf(kept) };
      });
    },
    update: async (vendor, inputs, _before, { id }) => {
      hold(vendor, 'update', inputs);
      return vendor.call({ verb: 'update', type, subject: id }, () => {
        const kept = vendor.get(type, id);
        if (!kept) throw new Error(`${type}: ${id} does not exist any more at ${vendor.name} (404)`);
        kept.inputs = propertiesOf(inputs);
        return outputsOf(kept);
      });
    },
    read: async (vendor, _inputs, _before, { id }) => read(vendor, id),
    ...(spec.importId && { adopt: async (vendor, id) => adopt(vendor, id) }),
    delete: async (vendor, inputs, _before, { id }) => {
      if (spec.outlivesDelete?.(inputs)) return;
      await vendor.call({ verb: 'delete', type, subject: id }, () => vendor.drop(type, id));
    },
  };
}

/** A package as it is stood in for: what it takes as configuration, its types and functions, as far as they are used. */
export interface DoublePackage {
  readonly version: string;
  readonly configuration: z.ZodType;
  readonly types: Readonly<Record<string, DoubleType<never>>>;
  readonly functions?: ProviderDefinition<DoubledVendor>['functions'];
}

/** The stand-in for an official provider plugin: its own types, over a vendor's state in this process. */
export function doubleOf(
  vendor: DoubledVendor,
  { version, configuration, types, functions }: DoublePackage,
): ProviderDefinition<DoubledVendor> {
  const handlers = Object.entries(types).map(
    ([type, spec]) => [type, plain(doubleHandler(type, spec as unknown as DoubleType))] as const,
  );
  return {
    name: vendor.name,
    version,
    types: Object.fromEntries(handlers),
    ...(functions && { functions }),
    // A value of the configuration may be a token: none is ever shown.
    checkConfig: async ({ version: _version, ...values }) =>
      refusals(configuration, { values, secretPaths: new Set(Object.keys(values)) }),
    configure: () => vendor,
    cannotImport: 'the stand-in keeps nothing by this id',
  };
}
