import { runtime } from '@pulumi/pulumi';
import resourceProto from '@pulumi/pulumi/proto/resource_pb.js';
import type * as messages from '@pulumi/pulumi/proto/resource_pb.js';
import { cloudSettings, type SettingName } from '../../src/cloud/settings.ts';
import { placeOf } from '../../src/environments/named.ts';
import { cloudLayer } from '../../src/layers/cloud.ts';
import { refusals } from '../../src/providers/plugin/check.ts';
import type { ResourceHandler, Work } from '../../src/providers/plugin/handler.ts';
import { changedPaths, fromStruct, hasUnknown, toStruct, type Properties } from '../../src/providers/plugin/wire.ts';
import type { Settings, Vendors } from './vendors.ts';

const PROVIDER = 'pulumi:providers:';
const REFERENCE = 'pulumi:pulumi:StackReference';
const STACK = 'pulumi:pulumi:Stack';

/** What is known of a resource that stands, as an engine's state has it. */
interface Standing {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What came of one run of the program. */
export interface ProgramRun {
  /** Every resource that the program declared, whether it was made or not; neither the stack itself nor components. */
  readonly declared: readonly string[];
  /** Why one could not be made, by its name; what was left out is not among them. */
  readonly unmade: ReadonlyMap<string, string>;
}

type Answer<Response> = (error: Error | null, response?: Response) => void;

/**
 * The program without Pulumi's engine: the SDK's own mocks, behind which the real handlers work at the vendors. Much
 * less than an engine: one resource after the other, nothing protected, nothing deleted; a second run looks at what
 * stands and sets what differs. A resource that is left out, and each that takes a value from it, is not made.
 */
export class ProgramRunner {
  readonly #vendors: Vendors;
  readonly #standing = new Map<string, Standing>();
  readonly #outputs = new Map<string, Properties>();
  readonly #without: string | undefined;

  constructor(vendors: Vendors, without: string | undefined) {
    this.#vendors = vendors;
    this.#without = without;
  }

  /** Runs the layer that a stack stands for. */
  async run(stack: string, settings: Settings): Promise<ProgramRun> {
    const { environment, layer } = placeOf(stack);
    if (environment.target === 'local') throw new Error(`${stack} is not in a cloud`);
    await runtime.setMocks(
      { newResource: () => ({ id: undefined, state: {} }), call: () => ({}) },
      'keelson',
      stack,
      true,
    );
    const run = new Run(this.#vendors, this.#standing, this.#outputs, this.#without);
    // The SDK's monitor with answers of ours: it tells mocks neither URNs nor ignored changes, and ends at the first error.
    Object.assign(runtime.getMonitor() as object, run.methods());
    const named = Object.entries(settings).map(([name, value]): [string, string] => [
      `keelson:${cloudSettings[name as SettingName].key}`,
      value,
    ]);
    runtime.setAllConfig(Object.fromEntries(named));
    await runtime.runInPulumiStack(() => cloudLayer(environment, layer));
    await runtime.disconnect();
    this.#outputs.set(`organization/keelson/${stack}`, run.stackOutputs);
    return run;
  }
}

/** One run: answers the SDK's questions, one change at a time, so that the same program makes the same calls. */
class Run implements ProgramRun {
  readonly declared: string[] = [];
  readonly unmade = new Map<string, string>();
  stackOutputs: Properties = {};
  readonly #vendors: Vendors;
  readonly #standing: Map<string, Standing>;
  readonly #outputs: ReadonlyMap<string, Properties>;
  readonly #without: string | undefined;
  readonly #connected = new Map<string, unknown>();
  #stack = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    vendors: Vendors,
    standing: Map<string, Standing>,
    outputs: ReadonlyMap<string, Properties>,
    without: string | undefined,
  ) {
    this.#vendors = vendors;
    this.#standing = standing;
    this.#outputs = outputs;
    this.#without = without;
  }

  /** The part of the monitor that the program needs. */
  methods(): Record<string, unknown> {
    return {
      registerResource: (
        request: messages.RegisterResourceRequest,
        answer: Answer<messages.RegisterResourceResponse>,
      ) => this.#inTurn(answer, () => this.#register(request)),
      readResource: (request: messages.ReadResourceRequest, answer: Answer<messages.ReadResourceResponse>) =>
        this.#inTurn(answer, async () => this.#refer(request)),
      registerResourceOutputs: (request: messages.RegisterResourceOutputsRequest, answer: Answer<object>) => {
        if (request.getUrn() === this.#stack) this.stackOutputs = fromStruct(request.getOutputs()).values;
        answer(null, {});
      },
      invoke: (request: messages.ResourceInvokeRequest, answer: Answer<messages.ResourceInvokeResponse>) =>
        this.#inTurn(answer, () => this.#invoke(request)),
    };
  }

  #inTurn<Response>(answer: Answer<Response>, act: () => Promise<Response>): void {
    this.#last = this.#last.then(act).then(
      (response) => answer(null, response),
      (error: Error) => answer(Object.assign(error, { details: error.message })),
    );
  }

  async #register(request: messages.RegisterResourceRequest): Promise<messages.RegisterResourceResponse> {
    const type = request.getType();
    const urn = urnOf(request.getParent(), type, request.getName());
    const response = new resourceProto.RegisterResourceResponse().setUrn(urn);
    if (type === STACK) {
      this.#stack = urn;
      return response;
    }
    // A component is nothing at a vendor: each of its parts is taken away by itself.
    if (!request.getCustom()) return response;
    this.declared.push(urn);
    if (urn === this.#without) return response;
    const { values } = fromStruct(request.getObject());
    if (type.startsWith(PROVIDER)) return response.setId(this.#connect(urn, type.slice(PROVIDER.length), values));
    try {
      const standing = await this.#stand(request, urn, values);
      this.#standing.set(urn, standing);
      return response.setId(standing.id).setObject(toStruct(standing.outputs));
    } catch (error) {
      // As an engine has it: what failed is told, and all that does not need it goes on.
      this.unmade.set(urn, (error as Error).message);
      return response;
    }
  }

  #connect(urn: string, name: string, values: Properties): string {
    const { version: _version, ...given } = values;
    const provider = this.#vendors.packages.get(name);
    if (!provider) throw new Error(`there is no stand-in for the package ${name}`);
    this.#connected.set(`${urn}::${name}`, provider.connect(given));
    return name;
  }

  async #stand(request: messages.RegisterResourceRequest, urn: string, values: Properties): Promise<Standing> {
    if (hasUnknown(values)) throw new Error('a value that it takes is not there');
    const { handler, context } = this.#handlerOf(request.getType(), request.getProvider());
    const refused = refusals(handler.schema, { values, secretPaths: new Set() });
    if (refused.length > 0) throw new Error(refused.map(({ reason }) => reason).join('; '));
    const work: Work = { urn, signal: new AbortController().signal, tell: async () => undefined };
    const create = async (): Promise<Standing> => {
      const { id, outputs } = await handler.create(context, handler.schema.parse(values), work);
      return { id, inputs: values, outputs: { ...values, ...outputs } };
    };
    const before = this.#standing.get(urn);
    if (!before) return create();
    const at = { ...work, id: before.id };
    const found = await handler.read(context, handler.schema.parse(before.inputs), before.outputs, at);
    if (!found) return create();
    const ignored = request.getIgnorechangesList();
    const changed = changedPaths(found.inputs ?? before.inputs, values).map((path) => path.split(/[.[]/)[0] ?? path);
    const wanted = changed.filter((property) => !ignored.includes(property));
    if (wanted.length === 0) return { ...before, outputs: { ...before.inputs, ...found.outputs } };
    if (wanted.some((property) => handler.replaceOn.includes(property))) {
      await handler.delete(context, handler.schema.parse(before.inputs), before.outputs, at);
      return create();
    }
    const outputs = await handler.update(context, handler.schema.parse(values), before.outputs, at);
    return { id: before.id, inputs: values, outputs: { ...values, ...outputs } };
  }

  #handlerOf(type: string, provider: string): { handler: ResourceHandler<unknown>; context: unknown } {
    const name = type.split(':')[0] ?? '';
    const handler = this.#vendors.packages.get(name)?.definition.types[type];
    if (!handler) throw new Error(`there is no stand-in for ${type}`);
    // A package without settings needs no provider of its own.
    if (provider === '' && name === 'generated') return { handler, context: null };
    const context = this.#connected.get(provider);
    if (context === undefined) throw new Error(`nobody gave the package ${name} what it proves itself with`);
    return { handler, context };
  }

  #refer(request: messages.ReadResourceRequest): messages.ReadResourceResponse {
    const urn = urnOf(request.getParent(), request.getType(), request.getName());
    const response = new resourceProto.ReadResourceResponse().setUrn(urn);
    if (request.getType() !== REFERENCE) throw new Error(`the program reads ${urn}, which nobody plays`);
    this.declared.push(urn);
    if (urn === this.#without) return response;
    const { values } = fromStruct(request.getProperties());
    const outputs = this.#outputs.get(String(values['name'])) ?? {};
    return response.setProperties(toStruct({ ...values, outputs, secretOutputNames: [] }));
  }

  async #invoke(request: messages.ResourceInvokeRequest): Promise<messages.ResourceInvokeResponse> {
    const token = request.getTok();
    const name = token.split(':')[0] ?? '';
    const answer = this.#vendors.packages.get(name)?.definition.functions?.[token];
    if (!answer) throw new Error(`the program asks ${token}, which nobody plays`);
    const told = await answer(this.#connected.get(request.getProvider()), fromStruct(request.getArgs()).values);
    return new resourceProto.ResourceInvokeResponse().setReturn(toStruct(told));
  }
}

/** `urn:pulumi:prod::keelson::keelson:cloud:Dns$cloudflare:index/dnsRecord:DnsRecord::app`, as the engine makes it. */
function urnOf(parent: string, type: string, name: string): string {
  const parentType = parent.split('::')[2];
  const isRoot = parentType === undefined || parentType === STACK;
  const qualified = isRoot ? type : `${parentType}$${type}`;
  return `urn:pulumi:${runtime.getStack()}::${runtime.getProject()}::${qualified}::${name}`;
}
