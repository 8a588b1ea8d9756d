import { BREAKER, type Broker, CircuitBreaker, QueryGate, RecordedEvents, Router } from '@keelson/brokers';
import { book } from '@keelson/ledger';
import { FlowRunner, type Owner } from '@keelson/messaging';
import { apply } from '@keelson/orders';
import type { Database } from '@keelson/persistence';

/** What an order goes through from its claim to the books; frames stay in the outbox. */
export function runnerOf(database: Database, owner: Owner, brokers: ReadonlyMap<string, Broker>): FlowRunner {
  const router: Router = new Router({
    ...{ database, brokers, liveTrading: false, leaseMs: 2_000 },
    breaker: new CircuitBreaker(database, BREAKER, () => undefined),
    queries: new QueryGate(),
    recorded: new RecordedEvents(),
    owner: () => owner.number,
    record: (emission) => runner.emit(emission),
    retry: (lease) => runner.runWaiting(lease),
    postpone: (lease, forMs) => runner.postpone(lease, forMs),
    onQuarantine: () => undefined,
    onUnknown: () => undefined,
  });
  const runner: FlowRunner = new FlowRunner({
    ...{ database, owner, fuse: true, wake: () => undefined },
    handlers: [router, apply, book],
  });
  return runner;
}
