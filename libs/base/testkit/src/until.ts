import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks until the answer is as wished, and returns it; throws with the last answer when it never is. Half a minute by
 * default: a test must pass on a slow machine, and waits for no longer than it has to.
 */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  isWished: (answer: Answer) => boolean,
  withinMs = 30_000,
  everyMs = 10,
): Promise<Answer> {
  const end = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isWished(answer)) return answer;
    if (Date.now() > end) throw new Error(`Not as wished within ${withinMs} ms: ${JSON.stringify(answer)}`);
    await sleep(everyMs);
  }
}
