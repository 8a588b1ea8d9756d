/** How many recorded events are remembered: a few seconds of the fastest stream. */
const MEMORY = 20_000;

/**
 * The venue events that this process has recorded from answers. Saves the listener a look into Postgres for what came
 * both ways; it is never needed for truth.
 */
export class RecordedEvents {
  readonly #ids = new Set<string>();

  add(venueEventIds: readonly string[]): void {
    for (const id of venueEventIds) {
      this.#ids.add(id);
      if (this.#ids.size > MEMORY) this.#ids.delete(this.#ids.values().next().value!);
    }
  }

  has(venueEventId: string): boolean {
    return this.#ids.has(venueEventId);
  }
}
