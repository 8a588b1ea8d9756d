import grpc from '@grpc/grpc-js';
import engineService from '@pulumi/pulumi/proto/engine_grpc_pb.js';
import engineProto from '@pulumi/pulumi/proto/engine_pb.js';

/** Tells the person who watches something about a resource. */
export type Tell = (urn: string, message: string) => Promise<void>;

/** Speaks to the engine at the address that it started the plugin with. */
export function tellEngine(address: string): Tell {
  const client = new engineService.EngineClient(address, grpc.credentials.createInsecure());
  return (urn, message) => {
    const request = new engineProto.LogRequest();
    request.setSeverity(engineProto.LogSeverity.INFO);
    request.setUrn(urn);
    request.setMessage(message);
    return new Promise((resolve, reject) => {
      client.log(request, (error) => (error ? reject(error) : resolve()));
    });
  };
}
