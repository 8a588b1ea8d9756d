import grpc from '@grpc/grpc-js';
import providerService from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { endWithParent } from '../../end-with-parent.ts';
import { tellEngine } from './engine-log.ts';
import { providerServer } from './server.ts';

/** The provider plugin of the package `keelson`: processes, stores and tasks on this machine. Prints its port, then serves. */
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
endWithParent();
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(providerService.ResourceProviderService, providerServer(tellEngine(engineAddress)));
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
