/** How many recorded events are remembered: a few seconds of the fastest stream. */
const MEMORY = 20_000;

/**
 * What this process knows of its own orders without asking: which it is asking a venue about, and which events it has
 * recorded. Saves the listener a look into Postgres for what the answer brought already; it is never needed for truth.
 */
export class InFlight {
  readonly #calls = new Map<string, Promise<void>>();
  readonly #recorded = new Set<string>();

  /** Notes a call; the function returned notes its end. */
  begin(clientOrderId: string): () => void {
    let end = (): void => undefined;
    const call = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#calls.set(clientOrderId, call);
    return () => {
      if (this.#calls.get(clientOrderId) === call) this.#calls.delete(clientOrderId);
      end();
    };
  }

  /** The end of the call about an order, if one is under way here. */
  call(clientOrderId: string): Promise<void> | undefined {
    return this.#calls.get(clientOrderId);
  }

  recorded(venueEventIds: readonly string[]): void {
    for (const id of venueEventIds) {
      this.#recorded.add(id);
      if (this.#recorded.size > MEMORY) this.#recorded.delete(this.#recorded.values().next().value!);
    }
  }

  hasRecorded(venueEventId: string): boolean {
    return this.#recorded.has(venueEventId);
  }
}
