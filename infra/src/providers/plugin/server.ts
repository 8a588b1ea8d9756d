import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import pluginProto from '@pulumi/pulumi/proto/plugin_pb.js';
import providerProto from '@pulumi/pulumi/proto/provider_pb.js';
import type * as messages from '@pulumi/pulumi/proto/provider_pb.js';
import { refusals, type Refusal } from './check.ts';
import { handlerOf, type ProviderDefinition } from './definition.ts';
import type { Tell } from './engine-log.ts';
import { empty, method } from './grpc-error.ts';
import { InitializationError, type Adopted, type Found, type ResourceHandler, type Work } from './handler.ts';
import { changedPaths, fromStruct, sealed, toStruct, type Opened, type Properties } from './wire.ts';

function checkResponse(news: messages.CheckRequest['getNews'], refused: readonly Refusal[]): messages.CheckResponse {
  const response = new providerProto.CheckResponse().setInputs(news());
  for (const { property, reason } of refused) {
    response.addFailures(new providerProto.CheckFailure().setProperty(property).setReason(reason));
  }
  return response;
}

/** Parses inputs that are complete; the engine has had them checked before, so a failure is an error of the program. */
function complete<Context>(handler: ResourceHandler<Context>, inputs: Properties): unknown {
  return handler.schema.parse(inputs);
}

/** Outputs for the engine: the named ones are secret, and so is what echoes a secret input. */
function outputsOf<Context>(
  handler: ResourceHandler<Context>,
  outputs: Properties,
  inputs: Opened,
): ReturnType<typeof toStruct> {
  return toStruct(sealed(outputs, inputs.secretPaths), handler.secretOutputs);
}

/** Answers the engine's questions for one provider: the methods of the ResourceProvider service. */
export class ProviderServer<Context> {
  readonly #provider: ProviderDefinition<Context>;
  readonly #tell: Tell;
  readonly #cancelled = new AbortController();
  #context: Context | undefined;

  constructor(provider: ProviderDefinition<Context>, tell: Tell) {
    this.#provider = provider;
    this.#tell = tell;
  }

  methods(): UntypedServiceImplementation {
    const { name, version } = this.#provider;
    return {
      handshake: method(() => new providerProto.ProviderHandshakeResponse().setAcceptSecrets(true)),
      // For an engine that finds the provider running already (PULUMI_DEBUG_PROVIDERS).
      attach: method(() => empty()),
      getSchema: method(() => new providerProto.GetSchemaResponse().setSchema(JSON.stringify({ name }))),
      getPluginInfo: method(() => new pluginProto.PluginInfo().setVersion(version)),
      checkConfig: method(async (request: messages.CheckRequest) =>
        checkResponse(() => request.getNews(), await this.#provider.checkConfig(fromStruct(request.getNews()).values)),
      ),
      // Nothing of the configuration is part of a resource: another token or address changes none of them.
      diffConfig: method(() =>
        new providerProto.DiffResponse().setChanges(providerProto.DiffResponse.DiffChanges.DIFF_NONE),
      ),
      configure: method((request: messages.ConfigureRequest) => {
        this.#context = this.#provider.configure(fromStruct(request.getArgs()).values);
        return new providerProto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
      }),
      check: method((request: messages.CheckRequest) => {
        const refused = refusals(this.#handler(request).schema, fromStruct(request.getNews()));
        return checkResponse(() => request.getNews(), refused);
      }),
      diff: method((request: messages.DiffRequest) => this.#diff(request)),
      create: method((request: messages.CreateRequest) => this.#create(request)),
      read: method((request: messages.ReadRequest) => this.#read(request)),
      update: method((request: messages.UpdateRequest) => this.#update(request)),
      delete: method((request: messages.DeleteRequest) => this.#delete(request)),
      invoke: method((request: messages.InvokeRequest) => this.#invoke(request)),
      cancel: method(() => {
        this.#cancelled.abort(new Error('the update was cancelled'));
        return empty();
      }),
    } as UntypedServiceImplementation;
  }

  #handler(request: { getUrn(): string }): ResourceHandler<Context> {
    return handlerOf(this.#provider, request.getUrn());
  }

  #configured(): Context {
    if (this.#context === undefined) throw new Error('the provider was used before it was configured');
    return this.#context;
  }

  /** `seconds` is the time that the engine gives an operation (customTimeouts); zero means the handler's own. */
  #work(urn: string, seconds = 0): Work {
    const ends = [this.#cancelled.signal, ...(seconds > 0 ? [AbortSignal.timeout(seconds * 1_000)] : [])];
    return { urn, signal: AbortSignal.any(ends), tell: (message) => this.#tell(urn, message) };
  }

  /** Compares inputs with inputs and, where a look is free, what is recorded with what is really there. */
  async #diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const handler = this.#handler(request);
    const response = new providerProto.DiffResponse().setHasdetaileddiff(true);
    const { Kind } = providerProto.PropertyDiff;
    const inputs = fromStruct(request.getNews()).values;
    const changed = changedPaths(fromStruct(request.getOldInputs()).values, inputs);
    for (const path of changed) {
      const replaces = handler.replaceOn.includes(path.split(/[.[]/)[0] ?? path);
      const kind = replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
      response.getDetaileddiffMap().set(path, new providerProto.PropertyDiff().setKind(kind).setInputdiff(true));
      response.addDiffs(path);
      if (replaces) response.addReplaces(path);
    }
    const looks = changed.length === 0 && handler.drift !== undefined;
    const recorded = fromStruct(request.getOlds()).values;
    for (const { property, reason } of looks ? await handler.drift!(this.#configured(), inputs, recorded) : []) {
      await this.#tell(request.getUrn(), reason);
      response.getDetaileddiffMap().set(property, new providerProto.PropertyDiff().setKind(Kind.UPDATE));
      response.addDiffs(property);
    }
    const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
    return response
      .setChanges(response.getDiffsList().length === 0 ? DIFF_NONE : DIFF_SOME)
      .setDeletebeforereplace(
        response.getReplacesList().length > 0 && !(handler.createsFirst?.(this.#configured()) ?? false),
      );
  }

  async #create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const handler = this.#handler(request);
    const inputs = fromStruct(request.getProperties());
    const response = new providerProto.CreateResponse();
    if (request.getPreview()) {
      const planned = await handler.planned(this.#configured(), inputs.values, undefined);
      return response.setProperties(outputsOf(handler, planned, inputs));
    }
    const work = this.#work(request.getUrn(), request.getTimeout());
    const made = await sealingFailures(handler, inputs, () =>
      handler.create(this.#configured(), complete(handler, inputs.values), work),
    );
    return response.setId(made.id).setProperties(outputsOf(handler, made.outputs, inputs));
  }

  async #update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const handler = this.#handler(request);
    const inputs = fromStruct(request.getNews());
    const before = fromStruct(request.getOlds()).values;
    const work = { ...this.#work(request.getUrn(), request.getTimeout()), id: request.getId() };
    const outputs = request.getPreview()
      ? await handler.planned(this.#configured(), inputs.values, before)
      : await sealingFailures(handler, inputs, () =>
          handler.update(this.#configured(), complete(handler, inputs.values), before, work),
        );
    return new providerProto.UpdateResponse().setProperties(outputsOf(handler, outputs, inputs));
  }

  async #read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const handler = this.#handler(request);
    const inputs = fromStruct(request.getInputs());
    const work = { ...this.#work(request.getUrn()), id: request.getId() };
    const response = new providerProto.ReadResponse();
    const known = Object.keys(inputs.values).length > 0;
    if (!known && !handler.adopt) {
      throw new Error(`${request.getName()} cannot be imported: ${this.#provider.cannotImport}`);
    }
    const found: (Found & Pick<Adopted, 'id'>) | undefined = known
      ? await handler.read(
          this.#configured(),
          complete(handler, inputs.values),
          fromStruct(request.getProperties()).values,
          work,
        )
      : await handler.adopt!(this.#configured(), request.getId(), work);
    if (!found) return response;
    return response
      .setId(found.id ?? request.getId())
      .setInputs(found.inputs ? toStruct(sealed(found.inputs, inputs.secretPaths)) : request.getInputs())
      .setProperties(outputsOf(handler, found.outputs, inputs));
  }

  async #invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const token = request.getTok();
    const answer = this.#provider.functions?.[token];
    if (!answer) throw new Error(`the provider "${this.#provider.name}" has no function ${token}`);
    const given = fromStruct(request.getArgs()).values;
    return new providerProto.InvokeResponse().setReturn(toStruct(await answer(this.#configured(), given)));
  }

  async #delete(request: messages.DeleteRequest): Promise<object> {
    const handler = this.#handler(request);
    const inputs = complete(handler, fromStruct(request.getOldInputs()).values);
    const work = { ...this.#work(request.getUrn(), request.getTimeout()), id: request.getId() };
    await handler.delete(this.#configured(), inputs, fromStruct(request.getProperties()).values, work);
    return empty();
  }
}

/** A half-made resource is recorded with its secrets sealed, like a whole one. */
async function sealingFailures<Context, Result>(
  handler: ResourceHandler<Context>,
  inputs: Opened,
  act: () => Promise<Result>,
): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof InitializationError)) throw error;
    const paths = new Set([...inputs.secretPaths, ...handler.secretOutputs]);
    throw new InitializationError(error.id, sealed(error.outputs, paths), error.message);
  }
}
