import { datastores, services } from '@keelson/catalogue';
import type { StackFolders } from './folders.ts';
import { isAnswering } from './probe.ts';
import { addressOf, readStatus, streamAddress, type RecordedProcess, type RecordedStatus } from './status.ts';

export type ServiceState = 'ready' | 'degraded' | 'starting' | 'unreachable' | 'failed' | 'stopped';

/** A service or datastore with all its instances as one. */
export interface ObservedService {
  readonly name: string;
  readonly kind: 'service' | 'datastore';
  readonly state: ServiceState;
  readonly url?: string;
  readonly replicas: { readonly ready: number; readonly desired: number };
  readonly pids: number[];
  readonly restarts: number;
  readonly since?: string;
}

export interface ObservedStack {
  readonly stack: string;
  readonly services: ObservedService[];
  readonly api: string | null;
  readonly stream: string | null;
}

interface Observed {
  readonly process: RecordedProcess;
  readonly answers: boolean;
}

/** A record may outlive its process (kill -9 of the supervisor, reboot): only an answer makes it ready. */
function stateOf({ process, answers }: Observed): ServiceState {
  if (answers) return 'ready';
  if (process.state === 'ready') return 'unreachable';
  if (process.state === 'failed' || process.state === 'stopped') return process.state;
  return 'starting';
}

function combine(states: readonly ServiceState[]): ServiceState {
  if (states.every((state) => state === 'ready')) return 'ready';
  if (states.includes('ready')) return 'degraded';
  return (['starting', 'unreachable', 'failed'] as const).find((state) => states.includes(state)) ?? 'stopped';
}

/** The instances of one name as one entry; exported for tests, because every rule of the contract is here. */
export function aggregate(name: string, kind: 'service' | 'datastore', seen: readonly Observed[]): ObservedService {
  const first = seen.find(({ process }) => process.instance === name)?.process ?? seen[0]?.process;
  const states = seen.map(stateOf);
  const url = first?.url ?? undefined;
  return {
    name,
    kind,
    state: seen.length === 0 ? 'stopped' : combine(states),
    ...(url === undefined ? {} : { url: url.replace(/\/$/, '') }),
    replicas: { ready: states.filter((state) => state === 'ready').length, desired: seen.length },
    pids: seen.flatMap(({ process, answers }) => (answers && process.pid ? [process.pid] : [])),
    restarts: seen.reduce((sum, { process }) => sum + process.restarts, 0),
    ...(first ? { since: first.since } : {}),
  };
}

function addressOrNull(find: (status: RecordedStatus) => string, status: RecordedStatus | undefined, name: string) {
  return status?.services.some((process) => process.name === name) ? find(status) : null;
}

/**
 * Every service and datastore of the catalogue, and whatever else the supervisor runs, each as it answers now. Stores
 * that the stack does not run itself are left out: nobody here starts or stops them.
 */
export async function observe(folders: StackFolders, stack: string): Promise<ObservedStack> {
  const status = readStatus(folders);
  const recorded = status?.services ?? [];
  const seen = await Promise.all(
    recorded.map(async (process): Promise<Observed> => ({ process, answers: await isAnswering(process) })),
  );
  const names = new Map<string, 'service' | 'datastore'>(services.map((spec) => [spec.name, 'service']));
  for (const process of recorded) names.set(process.name, process.kind);
  if (!status) for (const store of datastores) names.set(store.name, 'datastore');
  return {
    stack,
    services: [...names].map(([name, kind]) =>
      aggregate(
        name,
        kind,
        seen.filter(({ process }) => process.name === name),
      ),
    ),
    api: addressOrNull((found) => addressOf(found, 'api'), status, 'api'),
    stream: addressOrNull(streamAddress, status, 'stream-gateway'),
  };
}
