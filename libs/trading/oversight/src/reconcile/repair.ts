import type { BrokerReport, VenueExecution } from '@keelson/brokers';
import { deriveId } from '@keelson/kernel';
import type { Difference } from './difference.ts';

/**
 * The reports that mend what differs of one order; pure. The venue's own words go first, under the venue's own event ids,
 * so that hearing them again by its stream changes nothing. Where it has no report of an execution, one is made of it, with
 * an id that follows from the execution.
 *
 * @param told all that the venue says of the order when asked
 */
export function repairReports(
  broker: string,
  differences: readonly Difference[],
  told: readonly BrokerReport[],
): BrokerReport[] {
  const lacking = new Map<string, Difference>();
  for (const difference of differences) if (difference.execution) lacking.set(difference.subject, difference);
  const reports: BrokerReport[] = [];
  for (const report of told) {
    const executionId = executionOf(report);
    if (executionId === undefined) reports.push(report);
    else if (lacking.has(executionId) && settles(report, lacking.get(executionId)!)) {
      reports.push(report);
      lacking.delete(executionId);
    }
  }
  const made = [...lacking.values()].map((difference) => madeReport(broker, difference));
  // An end that was told before a fill that was not: the transition table takes both orders.
  return [...reports, ...made];
}

/** Reports that are about one execution name it; of the others the order as a whole is the subject. */
function executionOf(report: BrokerReport): string | undefined {
  if (report.type === 'broker.filled') return report.payload.executionId ?? report.payload.venueEventId;
  return 'executionId' in report.payload ? report.payload.executionId : undefined;
}

/** True where the venue's report says of the execution what its list of executions says. */
function settles(report: BrokerReport, { kind, execution }: Difference): boolean {
  const wanted = kind === 'wrong_quantity' ? 'broker.corrected' : 'broker.filled';
  if (report.type !== wanted) return false;
  const { quantity, price } = report.payload;
  return quantity === execution!.quantity && price === execution!.price;
}

function madeReport(broker: string, { kind, execution, order }: Difference): BrokerReport {
  const { executionId, quantity, price, at } = execution!;
  const { clientOrderId } = order!;
  if (kind === 'wrong_quantity') {
    const venueEventId = deriveId('reconciled-correction', broker, executionId, quantity, price);
    const payload = { broker, venueEventId, clientOrderId, at, executionId, quantity, price };
    return { type: 'broker.corrected', payload: { ...payload, reason: 'the venue’s books have it so' } };
  }
  return filledReport(broker, clientOrderId, execution!);
}

/** An execution as the report of a fill. Its cumulative quantity is only told by a venue's own: apply adds up fills itself. */
export function filledReport(broker: string, clientOrderId: string, execution: VenueExecution): BrokerReport {
  const { executionId, venueOrderId, quantity, price, fee, at } = execution;
  const common = { broker, venueEventId: executionId, clientOrderId, venueOrderId, at, executionId, quantity, price };
  return {
    type: 'broker.filled',
    payload: { ...common, cumulativeQuantity: quantity, ...(fee !== undefined && { fee }) },
  };
}
