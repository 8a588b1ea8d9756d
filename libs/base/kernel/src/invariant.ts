/** Thrown when the program's own reasoning is wrong, never for bad input: the message is the sentence that should have held. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/** Asserts a precondition stated as a sentence, e.g. `invariant(open > 0, 'A fill needs an order with an open remainder')`. */
export function invariant(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new InvariantError(sentence);
}
