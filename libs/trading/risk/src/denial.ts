import type { OrderDenied } from '@keelson/contracts';
import type { Situation } from './situation.ts';

export type DenialCode = OrderDenied['code'];

/** The numbers that a check compared, as text: amounts are canonical decimals. */
export type Numbers = Readonly<Record<string, string>>;

/** What a check found, with the numbers that it compared; `denied` names the reason. */
export interface Finding {
  readonly check: string;
  readonly denied?: DenialCode;
  /** What does not deny yet and will soon, in a sentence. */
  readonly warning?: string;
  readonly numbers: Numbers;
}

/** A check looks at the situation and nothing else. */
export type Check = (situation: Situation) => Finding;
