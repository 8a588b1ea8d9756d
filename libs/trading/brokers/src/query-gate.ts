/**
 * Keeps questions from piling up before a venue that does not answer: while the last answer was none, one question at a
 * time finds out whether it is back, and whoever else has one comes again later instead of waiting here.
 */
export class QueryGate {
  readonly #silent = new Set<string>();
  readonly #asking = new Set<string>();

  /** Asks, or says `undefined`: somebody else is finding out whether the venue answers. */
  async ask<Answer extends { readonly outcome: string }>(
    broker: string,
    question: () => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const silent = this.#silent.has(broker);
    if (silent && this.#asking.has(broker)) return undefined;
    if (silent) this.#asking.add(broker);
    try {
      const answer = await question();
      if (answer.outcome === 'unavailable') this.#silent.add(broker);
      else this.#silent.delete(broker);
      return answer;
    } finally {
      if (silent) this.#asking.delete(broker);
    }
  }
}
