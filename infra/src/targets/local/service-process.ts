import { join } from 'node:path';
import { runtime, type CustomResourceOptions, type Input } from '@pulumi/pulumi';
import type { ServiceSpec } from '@keelson/catalogue';
import type { PlannedInstance, PlannedService } from '../../components/service-plan.ts';
import { Process } from '../../providers/local/resources.ts';
import { artefactOf } from './built.ts';
import type { LocalTarget } from './target.ts';

/** Part of a service's memory that its old objects may fill. */
const HEAP_SHARE = 0.6;
/** A service with less memory than this has less room for young objects as well. */
const ROOMY_MIB = 512;
/** V8 keeps the pages that young objects have used once: an idle beat had 62 MiB of them, and 14 MiB with this. */
const SMALL_SEMI_SPACE_MIB = 8;

/** The local reading of a service's instance: a Node process that listens on a port of this machine. */
export function localProcess(
  target: LocalTarget,
  spec: ServiceSpec,
  plan: PlannedService,
  instance: PlannedInstance,
  env: Readonly<Record<string, Input<string>>>,
  after: readonly string[],
  options: CustomResourceOptions,
): Process {
  const base = {
    PATH: '/usr/bin:/bin',
    HOME: target.folders.root,
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: join(target.folders.root, 'compile-cache'),
  };
  // The rest of the memory is for code, buffers and young objects; a heap without limit grows past it before it is swept.
  const heapMib = Math.floor(plan.memoryMib * HEAP_SHARE);
  const args = {
    instance: instance.name,
    service: spec.name,
    command: target.toolchain.node,
    args: [
      `--max-old-space-size=${heapMib}`,
      ...(plan.memoryMib < ROOMY_MIB ? [`--max-semi-space-size=${SMALL_SEMI_SPACE_MIB}`] : []),
      '--import=@keelson/runtime/source-maps',
      join(target.repository, spec.entry),
    ],
    cwd: target.repository,
    env: { ...base, ...env },
    port: instance.port,
    url: instance.url,
    ready: { kind: 'http' as const, url: instance.readyUrl },
    readyWithinMs: target.settings.readyWithinSeconds * 1_000,
    stopSignal: 'SIGTERM' as const,
    // The service has its own limit for draining; killing comes a little later.
    graceMs: plan.drainMs + 2_000,
    memoryMib: plan.memoryMib,
    after: [...after],
    artefact: artefactOf(target.repository, spec, runtime.isDryRun()),
    writes: Object.entries(env).flatMap(([key, value]) =>
      key.endsWith('_FILE') && typeof value === 'string' ? [value] : [],
    ),
  };
  return new Process(instance.name, args, options);
}
