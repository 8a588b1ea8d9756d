import grpc, { type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { getStack } from '@pulumi/pulumi';
import * as automation from '@pulumi/pulumi/automation/server.js';
import languageService from '@pulumi/pulumi/proto/language_grpc_pb.js';
import type { LanguageHandshakeRequest, RunRequest } from '@pulumi/pulumi/proto/language_pb.js';
// As in the program itself: first, the SDK's debug messages hold secrets.
import '../src/quiet-debug.ts';
import { endWithParent } from '../src/end-with-parent.ts';
import { placeOf } from '../src/environments/named.ts';
import { languageHost } from '../src/language-host/host.ts';
import { cloudLayer } from '../src/layers/cloud.ts';

/**
 * The host of the program, with the program within: `infra/src/main.ts` of a cloud, run again and again as Pulumi's
 * automation runs a program that is a function. A third of an engine's run is the start of the program's own process. A
 * resource that fails ends the program, and so this.
 */
async function program(): Promise<unknown> {
  const { environment, layer } = placeOf(getStack());
  if (environment.target === 'local') throw new Error('this host runs the program of a cloud');
  return cloudLayer(environment, layer);
}

type Unary<Request> = (call: ServerUnaryCall<Request, unknown>, callback: sendUnaryData<unknown>) => void;

/** Left out of the package's types: what its automation runs a program with. */
interface Inline {
  run: Unary<RunRequest>;
}
const { LanguageServer } = automation as unknown as {
  readonly LanguageServer: new (program: () => Promise<unknown>) => Inline;
};

const host = languageHost('');
const inline = new LanguageServer(program);
let engineAddress = '';
const handshake: Unary<LanguageHandshakeRequest> = (call, callback) => {
  engineAddress = call.request.getEngineAddress();
  (host['handshake'] as Unary<LanguageHandshakeRequest>)(call, callback);
};
const run: Unary<RunRequest> = (call, callback) => {
  call.request.setArgsList([engineAddress]);
  inline.run(call, callback);
};

endWithParent();
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(languageService.LanguageRuntimeService, { ...host, handshake, run });
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
