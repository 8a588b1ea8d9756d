import { describe, expect, it } from '@jest/globals';
import { newId } from '@keelson/kernel';
import { FanOut } from '../src/fan-out.ts';
import { ClientInMemory, range } from './client-in-memory.ts';
import { LogInMemory } from './log-in-memory.ts';

const teamId = newId();

function world() {
  const log = new LogInMemory();
  log.immediate = true;
  const failures: unknown[] = [];
  return { log, failures, fanOut: new FanOut(log, (error) => failures.push(error)) };
}

describe('while Postgres is away', () => {
  it('refuses a subscription', async () => {
    const { log, fanOut } = world();
    log.away = true;
    const stream = fanOut.attach(teamId, new ClientInMemory());
    await expect(stream.subscribe('orders', {})).rejects.toThrow('the log is away');
    stream.close();
  });

  it('delivers hints that come in order, and fills the holes when it is back', async () => {
    const { log, failures, fanOut } = world();
    const client = new ClientInMemory();
    const stream = fanOut.attach(teamId, client);
    await stream.subscribe('orders', {});
    log.away = true;
    const frames = range(1, 5).map(() => log.commit('orders'));
    fanOut.accept({ teamId, frames: [frames[0]!, frames[1]!, frames[4]!] });
    expect(client.offsets('orders')).toEqual([1, 2]);
    while (failures.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    log.away = false;
    await client.reach(5, 1_000);
    expect(client.offsets('orders')).toEqual(range(1, 5));
    stream.close();
  });
});

describe('many clients', () => {
  it('come in at once with two reads of where the log stands', async () => {
    const { log, fanOut } = world();
    log.immediate = false;
    const subscribed = range(1, 200).map(() => fanOut.attach(teamId, new ClientInMemory()).subscribe('orders', {}));
    let reads = 0;
    for (let idle = 0; idle < 20; idle += 1) {
      if (log.answerOne(0)) reads += 1;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(subscribed);
    expect(reads).toBe(2);
  });
});
