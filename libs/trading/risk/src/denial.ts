import type { OrderDenied } from '@keelson/contracts';
import type { Situation } from './situation.ts';

export type DenialCode = OrderDenied['code'];

/** What a check found, with the numbers that it compared; `denied` names the reason. */
export interface Finding {
  readonly check: string;
  readonly denied?: DenialCode;
  readonly numbers: Readonly<Record<string, string>>;
}

/** A check looks at the situation and nothing else. */
export type Check = (situation: Situation) => Finding;
