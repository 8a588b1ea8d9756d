import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is good enough, and returns it; throws with the last answer when it never is. */
export async function until<T>(
  ask: () => Promise<T>,
  goodEnough: (answer: T) => boolean,
  withinMs = 15_000,
  everyMs = 25,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (goodEnough(answer)) return answer;
    if (Date.now() > end) throw new Error(`Not so within ${withinMs} ms: ${JSON.stringify(answer)}`);
    await sleep(everyMs);
  }
}
