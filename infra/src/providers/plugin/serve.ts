import grpc from '@grpc/grpc-js';
import providerService from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { endWithParent } from '../../end-with-parent.ts';
import type { ProviderDefinition } from './definition.ts';
import { tellEngine } from './engine-log.ts';
import { ProviderServer } from './server.ts';

/** Runs a provider as the plugin that the engine started: prints its port, then serves until the engine is gone. */
export function servePlugin<Context>(provider: ProviderDefinition<Context>): void {
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
  endWithParent();
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  const answers = new ProviderServer(provider, tellEngine(engineAddress));
  server.addService(providerService.ResourceProviderService, answers.methods());
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
}
