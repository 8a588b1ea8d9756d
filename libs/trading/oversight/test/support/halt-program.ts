import { createInterface } from 'node:readline';
import { type Broker, PaperBroker } from '@keelson/brokers';
import { Owner } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { requestHalt } from '../../src/halt/block.ts';
import type { HaltRequest } from '../../src/halt/halt.ts';
import { insertRequest } from '../../src/halt/halts.store.ts';
import { HaltProcedure } from '../../src/halt/procedure.ts';
import { runnerOf } from './order-steps.ts';

/** Where the program ends itself as a crash does. */
export interface HaltKill {
  /** `request`: once the row is there and nothing is blocked; the others: at the first call of that method of the venue. */
  readonly at: 'request' | 'block' | 'cancelAll' | 'openOrders' | 'run' | 'submit' | 'positions';
  readonly side: 'before' | 'after';
}

/** One JSON line on standard input. */
export interface HaltSettings {
  readonly databaseUrl: string;
  readonly venueUrl: string;
  readonly haltId: string;
  readonly request: HaltRequest;
  readonly kill?: HaltKill;
}

/** Drives one halt in a process of its own, from source; prints how it ended, unless its kill point comes first. */
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await lines.next()).value as string) as HaltSettings;
const { databaseUrl, venueUrl, haltId, request, kill } = settings;

function die(at: HaltKill['at'], side: HaltKill['side']): void {
  if (kill?.at === at && kill.side === side) process.kill(process.pid, 'SIGKILL');
}

/** The venue, with the kill point on either side of one of its methods. */
function dying(broker: Broker): Broker {
  return new Proxy(broker, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...words: unknown[]) => {
        die(name as HaltKill['at'], 'before');
        const answer: unknown = await Reflect.apply(member, target, words);
        die(name as HaltKill['at'], 'after');
        return answer;
      };
    },
  });
}

const database = new Database({ url: databaseUrl, poolSize: 6, applicationName: 'halt-program' });
const owner = new Owner(database);
await owner.start();
const broker = dying(new PaperBroker({ url: venueUrl }));
const brokers = new Map([[broker.name, broker]]);
const runner = runnerOf(database, owner, brokers);

if (kill?.at === 'request') {
  const { scope } = request;
  if (scope.kind === 'platform') throw new Error('These tests halt one account');
  await database.transaction(scope.teamId, (tx) => insertRequest(tx, haltId, request));
  die('request', kill.side);
}
await requestHalt(database, request, () => undefined, haltId);
die('block', 'after');
const procedure = new HaltProcedure({
  ...{ database, owner, brokers, announce: () => undefined, onError: () => undefined },
  run: async (wakeUp) => {
    die('run', 'before');
    return runner.runWaiting(wakeUp);
  },
});
const halt = await procedure.drive(haltId, AbortSignal.timeout(15_000));
process.stdout.write(`${JSON.stringify({ phase: halt?.phase })}\n`);
await owner.stop();
await broker.close();
await database.close();
process.exit(0);
