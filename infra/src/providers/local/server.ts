import { createRequire } from 'node:module';
import grpc, { type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from '@grpc/grpc-js';
import pluginProto from '@pulumi/pulumi/proto/plugin_pb.js';
import providerProto from '@pulumi/pulumi/proto/provider_pb.js';
import type * as messages from '@pulumi/pulumi/proto/provider_pb.js';
import statusProto from '@pulumi/pulumi/proto/status_pb.js';
import { refusals, type Refusal } from './check.ts';
import { configure, portRefusals } from './configuration.ts';
import type { Tell } from './engine-log.ts';
import { InitializationError, type ProviderContext, type ResourceHandler } from './handler.ts';
import { handlerOf } from './registry.ts';
import { changedPaths, fromStruct, toStruct, type Properties } from './wire.ts';

const ofSdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));
const { Any } = ofSdk('google-protobuf/google/protobuf/any_pb.js') as {
  Any: new () => { pack(bytes: Uint8Array, type: string): void };
};
const { Empty } = ofSdk('google-protobuf/google/protobuf/empty_pb.js') as { Empty: new () => object };

type Answer<Request, Response> = (request: Request) => Response | Promise<Response>;

/** gRPC's form of an error; a half-made resource travels in the details, so that the engine records it. */
function grpcError(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  const metadata = new grpc.Metadata();
  if (error instanceof InitializationError) {
    const detail = new providerProto.ErrorResourceInitFailed()
      .setId(error.id)
      .setProperties(toStruct(error.outputs))
      .setReasonsList([message]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), 'pulumirpc.ErrorResourceInitFailed');
    const status = new statusProto.Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(message);
    status.addDetails(packed as never);
    metadata.add('grpc-status-details-bin', Buffer.from(status.serializeBinary()));
  }
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

function method<Request, Response>(answer: Answer<Request, Response>): unknown {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(grpcError(error) as Error),
      );
  };
}

function checkResponse(news: messages.CheckRequest['getNews'], refused: readonly Refusal[]): messages.CheckResponse {
  const response = new providerProto.CheckResponse().setInputs(news());
  for (const { property, reason } of refused) {
    response.addFailures(new providerProto.CheckFailure().setProperty(property).setReason(reason));
  }
  return response;
}

/** Compares inputs with inputs, and what is recorded with what is really there. */
async function diff(
  tell: Tell,
  context: ProviderContext,
  request: messages.DiffRequest,
): Promise<messages.DiffResponse> {
  const handler = handlerOf(request.getUrn());
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
  const drifts = changed.length > 0 ? [] : await handler.drift(context, inputs, fromStruct(request.getOlds()).values);
  for (const { property, reason } of drifts) {
    await tell(request.getUrn(), reason);
    response.getDetaileddiffMap().set(property, new providerProto.PropertyDiff().setKind(Kind.UPDATE));
    response.addDiffs(property);
  }
  const { DIFF_NONE, DIFF_SOME } = providerProto.DiffResponse.DiffChanges;
  const deleteFirst = response.getReplacesList().length > 0;
  return response
    .setChanges(response.getDiffsList().length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDeletebeforereplace(deleteFirst);
}

/** Parses inputs that are complete; the engine has had them checked before, so a failure is an error of the program. */
function complete(handler: ResourceHandler, inputs: Properties): unknown {
  return handler.schema.parse(inputs);
}

async function create(context: ProviderContext, request: messages.CreateRequest): Promise<messages.CreateResponse> {
  const handler = handlerOf(request.getUrn());
  const inputs = fromStruct(request.getProperties()).values;
  const response = new providerProto.CreateResponse();
  if (request.getPreview()) {
    return response.setProperties(toStruct(await handler.planned(context, inputs, undefined), handler.secretOutputs));
  }
  const { id, outputs } = await handler.create(context, complete(handler, inputs));
  return response.setId(id).setProperties(toStruct(outputs, handler.secretOutputs));
}

async function update(context: ProviderContext, request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
  const handler = handlerOf(request.getUrn());
  const inputs = fromStruct(request.getNews()).values;
  const before = fromStruct(request.getOlds()).values;
  const outputs = request.getPreview()
    ? await handler.planned(context, inputs, before)
    : await handler.update(context, complete(handler, inputs), before);
  return new providerProto.UpdateResponse().setProperties(toStruct(outputs, handler.secretOutputs));
}

async function read(context: ProviderContext, request: messages.ReadRequest): Promise<messages.ReadResponse> {
  const handler = handlerOf(request.getUrn());
  const inputs = fromStruct(request.getInputs()).values;
  if (Object.keys(inputs).length === 0) {
    throw new Error(`${request.getName()} cannot be imported: what runs on this machine is made by \`pulumi up\``);
  }
  const outputs = await handler.read(context, complete(handler, inputs), fromStruct(request.getProperties()).values);
  const response = new providerProto.ReadResponse();
  if (!outputs) return response;
  return response
    .setId(request.getId())
    .setInputs(request.getInputs())
    .setProperties(toStruct(outputs, handler.secretOutputs));
}

async function remove(context: ProviderContext, request: messages.DeleteRequest): Promise<object> {
  const handler = handlerOf(request.getUrn());
  await handler.delete(context, complete(handler, fromStruct(request.getOldInputs()).values));
  return new Empty();
}

/** The methods of the ResourceProvider service that this plugin serves. */
export function providerServer(tell: Tell): UntypedServiceImplementation {
  let context: ProviderContext | undefined;
  const configured = <Request, Response>(work: (context: ProviderContext, request: Request) => Promise<Response>) =>
    method<Request, Response>((request) => {
      if (!context) throw new Error('the provider was used before it was configured');
      return work(context, request);
    });
  return {
    handshake: method(() => new providerProto.ProviderHandshakeResponse().setAcceptSecrets(true)),
    getSchema: method(() => new providerProto.GetSchemaResponse().setSchema('{"name":"keelson"}')),
    getPluginInfo: method(() => new pluginProto.PluginInfo().setVersion('0.1.0')),
    checkConfig: method(async (request: messages.CheckRequest) =>
      checkResponse(() => request.getNews(), await portRefusals(fromStruct(request.getNews()).values)),
    ),
    // Nothing of the configuration is part of a resource: a moved folder or another port changes those that use it.
    diffConfig: method(() =>
      new providerProto.DiffResponse().setChanges(providerProto.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: method((request: messages.ConfigureRequest) => {
      context = configure(fromStruct(request.getArgs()).values);
      return new providerProto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    check: method((request: messages.CheckRequest) => {
      const refused = refusals(handlerOf(request.getUrn()).schema, fromStruct(request.getNews()));
      return checkResponse(() => request.getNews(), refused);
    }),
    diff: configured((known: ProviderContext, request: messages.DiffRequest) => diff(tell, known, request)),
    create: configured(create),
    read: configured(read),
    update: configured(update),
    delete: configured(remove),
    cancel: method(() => new Empty()),
  } as UntypedServiceImplementation;
}
