import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream, UntypedServiceImplementation } from '@grpc/grpc-js';
import languageProto from '@pulumi/pulumi/proto/language_pb.js';
import type { RunPluginRequest, RunRequest } from '@pulumi/pulumi/proto/language_pb.js';
import pluginProto from '@pulumi/pulumi/proto/plugin_pb.js';

const sdkFolder = dirname(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));

/** The SDK's runner exits with it after it has told the person what went wrong, so that the engine adds nothing. */
const EXIT_AFTER_MESSAGE = 32;

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void;

/** For whatever loads the SDK. */
const LEAN = ['--import', join(import.meta.dirname, 'lean-sdk.ts')];

/** Runs Node with the terminal of this process, and resolves with its exit code (1 when a signal ended it). */
function runNode(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
    const end = (): boolean => child.kill();
    process.once('exit', end);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('exit', end);
      resolve(code ?? 1);
    });
  });
}

/** Arguments of the SDK's own runner for a program. */
function programArguments(request: RunRequest, engineAddress: string): string[] {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() ?? request.getPwd();
  return [
    ...LEAN,
    join(sdkFolder, 'cmd', 'run'),
    `--monitor=${request.getMonitorAddress()}`,
    `--engine=${engineAddress}`,
    `--organization=${request.getOrganization()}`,
    `--project=${request.getProject()}`,
    `--root-directory=${info?.getRootDirectory() ?? folder}`,
    `--stack=${request.getStack()}`,
    `--pwd=${folder}`,
    `--parallel=${request.getParallel()}`,
    ...(request.getDryrun() ? ['--dry-run'] : []),
    info?.getEntryPoint() ?? request.getProgram(),
    ...request.getArgsList(),
  ];
}

function programEnvironment(request: RunRequest): NodeJS.ProcessEnv {
  const config = Object.fromEntries(request.getConfigMap().toArray());
  return {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  };
}

async function runProgram(
  request: RunRequest,
  engineAddress: string,
): Promise<InstanceType<typeof languageProto.RunResponse>> {
  const response = new languageProto.RunResponse();
  const code = await runNode(programArguments(request, engineAddress), programEnvironment(request));
  if (code === EXIT_AFTER_MESSAGE) response.setBail(true);
  else if (code !== 0) response.setError(`the program ended with exit code ${code}; its own output above says why`);
  return response;
}

/** Plugins that are themselves Node packages: policy packs and providers that the engine asks us to run. */
function runPlugin(call: ServerWritableStream<RunPluginRequest, unknown>): void {
  const request = call.request;
  const environment = Object.fromEntries(request.getEnvList().map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
  const program = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
  // A policy pack is started as it is, in its folder: the SDK's runner would load a compiler for it first.
  const isPack = request.getKind() === 'analyzer';
  const words = [...LEAN, ...(isPack ? [] : [join(sdkFolder, 'cmd', 'run-plugin')]), program];
  const child = spawn(process.execPath, [...words, ...request.getArgsList()], {
    cwd: isPack ? program : request.getPwd(),
    env: { ...process.env, ...environment, PULUMI_NODEJS_TYPESCRIPT: 'false' },
  });
  const send = (fill: (response: InstanceType<typeof languageProto.RunPluginResponse>) => void): void => {
    const response = new languageProto.RunPluginResponse();
    fill(response);
    call.write(response);
  };
  child.stdout.on('data', (chunk: Buffer) => send((response) => response.setStdout(chunk)));
  child.stderr.on('data', (chunk: Buffer) => send((response) => response.setStderr(chunk)));
  child.once('error', (error) => call.destroy(error));
  child.once('close', (code) => {
    send((response) => response.setExitcode(code ?? 1));
    call.end();
  });
  call.on('cancelled', () => child.kill());
}

/** Answers from a function without arguments: most questions of the engine have a constant answer. */
function constant<Response>(make: () => Response): Unary<unknown, Response> {
  return (_call, callback) => callback(null, make());
}

function sdkVersion(): string {
  return (JSON.parse(readFileSync(join(sdkFolder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The methods of the LanguageRuntime service that this host serves; the engine is told "unimplemented" for others. */
export function languageHost(addressFromArguments: string): UntypedServiceImplementation {
  let engineAddress = addressFromArguments;
  const handshake: Unary<InstanceType<typeof languageProto.LanguageHandshakeRequest>, unknown> = (call, callback) => {
    engineAddress = call.request.getEngineAddress() || engineAddress;
    callback(null, new languageProto.LanguageHandshakeResponse());
  };
  const run: Unary<RunRequest, unknown> = (call, callback) => {
    runProgram(call.request, engineAddress).then(
      (response) => callback(null, response),
      (error: Error) => callback(error),
    );
  };
  return {
    handshake,
    run,
    runPlugin,
    getRequiredPlugins: constant(() => new languageProto.GetRequiredPluginsResponse()),
    getRequiredPackages: constant(() => new languageProto.GetRequiredPackagesResponse()),
    getPluginInfo: constant(() => new pluginProto.PluginInfo().setVersion(sdkVersion())),
    about: constant(() =>
      new languageProto.AboutResponse().setExecutable(process.execPath).setVersion(process.versions.node),
    ),
  } as UntypedServiceImplementation;
}
