import type { Tx } from './tx.ts';

/** What a transaction has one of for each key: made when it is first asked for, shared from then on, gone with it. */
export class PerTransaction<Value> {
  readonly #values = new WeakMap<Tx, Map<string, Value>>();

  get(tx: Tx, key: string, make: () => Value): Value {
    let values = this.#values.get(tx);
    if (!values) this.#values.set(tx, (values = new Map<string, Value>()));
    const known = values.get(key);
    if (known !== undefined) return known;
    const value = make();
    values.set(key, value);
    return value;
  }
}
