import { milliseconds } from '@keelson/kernel';
import type { BrokerCapabilities } from './capabilities.ts';

/** A failure that is noticed so long after the last moment at which it could have happened is not the venue's. */
const SLACK_MS = 250;

interface Awaited {
  readonly broker: { readonly capabilities: Pick<BrokerCapabilities, 'answerGrace'> };
  /** Until when the request could reach the venue. */
  readonly deadline: Date;
}

/**
 * True when this process was away while an answer was due: frozen, or on a machine with no time for it. It then finds
 * every answer too late at once, and by counting them would close the venue to all processes for what it did itself.
 * What it does not know it still asks the venue for; only the circuit does not hear of it. Pure.
 */
export function overslept({ broker, deadline }: Awaited, now: Date): boolean {
  return now.getTime() > deadline.getTime() + milliseconds(broker.capabilities.answerGrace) + SLACK_MS;
}
