import type { Broker } from '@keelson/brokers';
import { book } from '@keelson/ledger';
import { FlowRunner, type Owner, type WakeUp } from '@keelson/messaging';
import { apply } from '@keelson/orders';
import type { Database } from '@keelson/persistence';
import { VenueSide } from '@keelson/pipeline';
import { publishStep } from '@keelson/stream';

const LEASE_MS = 2_000;

/**
 * What an order goes through from its claim to the books, in a process that is no worker: for the orders of a halt when
 * nothing else lives. Frames go nowhere from here; gateways read them from Postgres.
 */
export function orderSteps(
  database: Database,
  owner: Owner,
  brokers: ReadonlyMap<string, Broker>,
  onError: (error: unknown) => void,
): { run: (wakeUp: WakeUp) => Promise<boolean> } {
  const settings = { leaseMs: LEASE_MS, onError };
  const { router } = new VenueSide({ database, owner }, [...brokers.values()], settings, () => runner);
  const runner: FlowRunner = new FlowRunner({
    ...{ database, owner, fuse: true },
    handlers: [router, apply, book, publishStep(() => undefined)],
    // Nobody is woken: what is left in the outbox is what a sweep finds.
    wake: () => undefined,
  });
  return { run: (wakeUp) => runner.runWaiting(wakeUp) };
}
