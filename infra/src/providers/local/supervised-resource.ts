import { NotReadyError } from '../../targets/local/client.ts';
import { specHash, type ProcessSpec, type ProcessStatus } from '../../targets/local/process-spec.ts';
import { InitializationError, type Drift, type Found } from '../plugin/handler.ts';
import type { LocalContext } from './handler.ts';
import { UNKNOWN, type Properties } from '../plugin/wire.ts';

/** What every resource that is a process records: enough to see later that it is another run, or runs something else. */
function outputsOf(status: ProcessStatus): Properties {
  return { incarnation: status.incarnation, specHash: status.specHash };
}

/** Starts or replaces the process and waits until it is ready. One that isn't stays recorded, for the next update to mend. */
export async function ensureRunning(context: LocalContext, spec: ProcessSpec, known: Properties): Promise<Properties> {
  try {
    return { ...known, ...outputsOf(await context.supervisor.ensure(spec)) };
  } catch (error) {
    if (!(error instanceof NotReadyError)) throw error;
    throw new InitializationError(spec.instance, { ...known, ...outputsOf(error.status) }, error.message);
  }
}

/**
 * Read-only comparison with the supervisor. A process that died counts as drift also when it is back already: the
 * update then only records the new run.
 */
export async function runDrift(context: LocalContext, instance: string, outputs: Properties): Promise<Drift[]> {
  const status = await context.supervisor.find(instance);
  if (!status) return [{ property: 'incarnation', reason: 'it does not run, or nobody supervises it' }];
  if (status.specHash !== outputs['specHash']) return [{ property: 'specHash', reason: 'it runs with another spec' }];
  if (status.state !== 'ready') return [{ property: 'incarnation', reason: `it is ${status.state}` }];
  if (status.incarnation !== outputs['incarnation']) {
    const end = status.lastExit ? ` (${status.lastExit})` : '';
    return [{ property: 'incarnation', reason: `it was started again since${end}` }];
  }
  return [];
}

/** Outputs of a run before it is made: those of the running process when an update would leave it alone. */
export async function plannedRun(context: LocalContext, instance: string, spec?: ProcessSpec): Promise<Properties> {
  const status = spec && (await context.supervisor.find(instance));
  const kept = status?.state === 'ready' && status.specHash === specHash(spec as ProcessSpec);
  return kept && status ? outputsOf(status) : { incarnation: UNKNOWN, specHash: UNKNOWN };
}

/** The recorded outputs with what the supervisor says now; undefined when the process is gone for good. */
export async function readRun(context: LocalContext, instance: string, before: Properties): Promise<Found | undefined> {
  const all = await context.supervisor.list();
  if (!all) return { outputs: { ...before, incarnation: 'unsupervised' } };
  const status = all.find((candidate) => candidate.instance === instance);
  return status && { outputs: { ...before, ...outputsOf(status) } };
}
