import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type BenchOptions, type Findings, main, say } from './harness/bench.ts';
import { stackConditions } from './harness/conditions.ts';
import { cpuOfTree, cpuSnapshot } from './harness/cpu.ts';
import { atMost } from './harness/result.ts';
import { credentials, processes } from './harness/stack.ts';

/** Two blocking reads of each worker; see IDLE_READ_SECONDS in libs/base/messaging/src/wake-up.ts. */
const SECONDS = 605;
const SECONDS_A_DAY = 86_400;
const MOST_A_DAY = 8_000;

/** Commands that Redis executed so far, those inside of scripts included; our own INFO is not counted. */
async function commandsOf(redis: Redis): Promise<ReadonlyMap<string, number>> {
  const stats = (await redis.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g);
  return new Map([...stats].flatMap(([, name = '', calls]) => (name === 'info' ? [] : [[name, Number(calls)]])));
}

/** What the stack does while nobody sends anything. */
async function run(options: BenchOptions): Promise<Findings> {
  const conditions = await stackConditions(options.rehearsal);
  const redis = new Redis(credentials().redisUrl);
  try {
    const seconds = options.seconds ?? SECONDS;
    say(`looking at an idle stack for ${seconds} s`);
    const [before, cpuBefore] = [await commandsOf(redis), cpuSnapshot()];
    await sleep(seconds * 1_000);
    const [after, cpuAfter] = [await commandsOf(redis), cpuSnapshot()];
    const counts = [...after].map(([name, calls]) => [name, calls - (before.get(name) ?? 0)] as const);
    const total = counts.reduce((sum, [, calls]) => sum + calls, 0);
    const cpu = (await processes()).map(({ instance, pid }) => {
      const percent = pid === null ? 0 : cpuOfTree(cpuBefore, cpuAfter, pid) / (seconds * 10);
      return [`${instance}, % of a core`, Math.round(percent * 10) / 10] as const;
    });
    const perDay = (total / seconds) * SECONDS_A_DAY;
    return {
      conditions: { ...conditions, load: 'none' },
      rows: [
        atMost('Redis commands of an idle stack, those inside of scripts too', '', perDay, MOST_A_DAY, 'a day', 0),
      ],
      details: {
        [`commands in ${seconds} s`]: Object.fromEntries(counts.filter(([, calls]) => calls > 0)),
        CPU: Object.fromEntries(cpu),
      },
    };
  } finally {
    redis.disconnect();
  }
}

await main({ name: 'idle', question: 'What does a stack cost while nobody sends anything?', run });
