/** Something that a vendor's own schema does not allow: ours, when a request was wrong; the emulator's, when an answer was. */
export interface Violation {
  readonly vendor: string;
  readonly operation: string;
  readonly side: 'request' | 'answer';
  readonly words: string;
}

/** Counts what was held against a vendor's schema. Zero checked means that there was no schema to hold it against. */
export class SchemaChecks {
  readonly vendor: string;
  /** Name and version of the schema; undefined where it is absent. */
  readonly oracle: string | undefined;
  readonly violations: Violation[] = [];
  checked = 0;

  constructor(vendor: string, oracle: string | undefined) {
    this.vendor = vendor;
    this.oracle = oracle;
  }

  /** Records one check of a request or an answer; `problems` are the schema's words. */
  add(operation: string, side: Violation['side'], problems: readonly string[]): void {
    if (side === 'request') this.checked += 1;
    for (const words of problems) this.violations.push({ vendor: this.vendor, operation, side, words });
  }
}
