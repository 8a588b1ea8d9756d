import { flushCompileCache } from 'node:module';
import grpc from '@grpc/grpc-js';
import providerService from '@pulumi/pulumi/proto/provider_grpc_pb.js';
import { endWithParent } from '../../end-with-parent.ts';
import type { ProviderDefinition } from './definition.ts';
import { tellEngine, type Tell } from './engine-log.ts';
import { ProviderServer } from './server.ts';

export interface ServedProvider {
  readonly port: number;
  close(): void;
}

/** Serves a provider on a port of this machine. */
export function serveProvider<Context>(provider: ProviderDefinition<Context>, tell: Tell): Promise<ServedProvider> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
  server.addService(providerService.ResourceProviderService, new ProviderServer(provider, tell).methods());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve({ port, close: () => server.forceShutdown() });
    });
  });
}

/** Runs a provider as the plugin that the engine started: prints its port, then serves until the engine is gone. */
export async function servePlugin<Context>(provider: ProviderDefinition<Context>): Promise<void> {
  const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
  endWithParent();
  const { port } = await serveProvider(provider, tellEngine(engineAddress));
  process.stdout.write(`${port}\n`);
  // The engine ends its plugins by killing them, which would keep nothing for the next start.
  flushCompileCache();
}
