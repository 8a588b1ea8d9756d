import { createRequire } from 'node:module';
import grpc, { type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import providerProto from '@pulumi/pulumi/proto/provider_pb.js';
import statusProto from '@pulumi/pulumi/proto/status_pb.js';
import { InitializationError } from './handler.ts';
import { toStruct } from './wire.ts';

const ofSdk = createRequire(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));
const { Any } = ofSdk('google-protobuf/google/protobuf/any_pb.js') as {
  Any: new () => { pack(bytes: Uint8Array, type: string): void };
};
const { Empty: SdkEmpty } = ofSdk('google-protobuf/google/protobuf/empty_pb.js') as { Empty: new () => object };

/** The empty message in the SDK's own copy of protobuf. */
export function empty(): object {
  return new SdkEmpty();
}

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

/** A method that answers with what a function returns, or with what it throws. */
export function method<Request, Response>(answer: (request: Request) => Response | Promise<Response>): unknown {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    Promise.resolve()
      .then(() => answer(call.request))
      .then(
        (response) => callback(null, response),
        (error: unknown) => callback(grpcError(error) as Error),
      );
  };
}
