import { existsSync } from 'node:fs';
import { createRequire, flushCompileCache } from 'node:module';
import grpc from '@grpc/grpc-js';
import languageService from '@pulumi/pulumi/proto/language_grpc_pb.js';
import { endWithParent } from '../end-with-parent.ts';
import { languageHost } from './host.ts';

/**
 * A language host for Node: the program that the engine starts to run `infra/src/main.ts`. The official distribution
 * brings its own; an engine that was built from source has none, and finds this one on PATH. It serves no other
 * language, installs nothing, and leaves TypeScript to Node.
 */
const sdk = createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json');
if (!existsSync(sdk)) throw new Error('@pulumi/pulumi is not installed; run `npm start` or `npm ci` first');

endWithParent();
const engineAddress = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 });
server.addService(languageService.LanguageRuntimeService, languageHost(engineAddress));
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
  // The engine ends its plugins by killing them, which would keep nothing for the next start.
  flushCompileCache();
});
