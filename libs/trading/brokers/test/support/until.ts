import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is as wished, and returns it; throws with the last answer when it never is. */
export async function until<Answer>(
  ask: () => Answer | Promise<Answer>,
  isWished: (answer: Answer) => boolean,
  pauseMs = 5,
  limitMs = 10_000,
): Promise<Answer> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isWished(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Not as wished in ${limitMs} ms: ${JSON.stringify(answer)}`);
    await sleep(pauseMs);
  }
}
