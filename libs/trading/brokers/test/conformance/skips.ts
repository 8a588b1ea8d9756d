import { it } from '@jest/globals';

/** Case ids that an adapter does not pass, each with its reason: a committed list, since a skip must be a decision. */
export type Skips = Readonly<Record<string, string>>;

type Test = (title: string, test: () => Promise<void>, timeout?: number) => void;

/** How a case is run: skipped where the adapter claims nothing of the kind, or where the list names its id. */
export type CaseOf = (claimed: boolean) => Test;

export function caseOf(skips: Skips): CaseOf {
  return (claimed) => (title, test, timeout) => {
    const reason = skips[title.split(' ', 1)[0]!];
    if (reason !== undefined) it.skip(`${title} (skipped: ${reason})`, test, timeout);
    else if (!claimed) it.skip(`${title} (not claimed)`, test, timeout);
    else it(title, test, timeout);
  };
}
