import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { BrokerCapabilities } from '../../src/capabilities.ts';
import { booksCases } from './books.cases.ts';
import { cancelCases } from './cancel.cases.ts';
import type { VenueUnderTest } from './harness.ts';
import { outcomeCases } from './outcome.cases.ts';
import { replaceCases } from './replace.cases.ts';
import { caseOf, type Skips } from './skips.ts';
import { streamCases } from './stream.cases.ts';
import { submitCases } from './submit.cases.ts';
import { termsCases } from './terms.cases.ts';

export type { VenueUnderTest } from './harness.ts';

/**
 * The conformance suite of the Broker port: what every adapter must show against its venue or an emulator of it, each case
 * with an id that bug reports and runbooks may name. `capabilities` is the adapter's own claim; each line of it has a case.
 * `skips` names the cases that the venue cannot be brought to, by id and reason.
 */
export function describeBroker(
  name: string,
  makeVenue: () => Promise<VenueUnderTest>,
  capabilities: BrokerCapabilities,
  skips: Skips = {},
): void {
  describe(`broker conformance: ${name}`, () => {
    let venue: VenueUnderTest | undefined;
    const current = (): VenueUnderTest => {
      if (venue === undefined) throw new Error('The venue did not start');
      return venue;
    };
    beforeAll(async () => {
      venue = await makeVenue();
    }, 30_000);
    afterEach(async () => current().calm());
    afterAll(async () => venue?.close());

    submitCases(current, capabilities);
    outcomeCases(current, capabilities);
    cancelCases(current, caseOf(skips));
    streamCases(current, capabilities);
    termsCases(current, capabilities, caseOf(skips));
    replaceCases(current, capabilities, caseOf(skips));
    booksCases(current, capabilities, caseOf(skips));
  });
}
