import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCarefulCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { everyTeam } from '../trading/teams.ts';

const event = z.object({
  team_id: z.string(),
  broker: z.string(),
  venue_event_id: z.string(),
  client_order_id: z.string(),
  type: z.string(),
  reason: z.string(),
});

export const quarantineSettle = defineCarefulCommand({
  name: 'quarantine settle',
  summary: 'note that events of venues that contradicted our books were looked into; prints them',
  danger: 'changes',
  args: z.object({ reason: flag(z.string().trim().min(1).max(500), 'what they turned out to be; audited') }),
  examples: ['keelson quarantine settle --reason "the venue busted the fill; positions compared by hand"'],
  output: z.object({ settled: z.array(event) }),
  async plan() {
    return { steps: ['mark every event in quarantine as settled; nothing is booked by it'], unattended: 'proceed' };
  },
  apply: (context, { reason }) =>
    withDatabase(context, async (db) => {
      const { settleQuarantined } = await import('@keelson/brokers');
      const settled: z.infer<typeof event>[] = [];
      for (const teamId of await everyTeam(db)) {
        const events = await db.transaction(teamId, (tx) => settleQuarantined(tx, reason));
        for (const { broker, venueEventId, clientOrderId, type, reason: why } of events) {
          const ids = { venue_event_id: venueEventId, client_order_id: clientOrderId };
          settled.push({ team_id: teamId, broker, ...ids, type, reason: why });
        }
      }
      return { settled };
    }),
  verify: (context) =>
    withDatabase(context, async (db) => {
      const { countQuarantined } = await import('@keelson/brokers');
      const left = await db.relay(countQuarantined);
      if (left === 0) return;
      throw new Failure(`${left} events were put aside meanwhile`, {
        code: exitCode.resource,
        fix: 'a venue goes on contradicting our books: halt the accounts there, and read keelson logs worker',
      });
    }),
  async audit(context, { reason }, { settled }) {
    const details = { events: settled.map(({ venue_event_id: id }) => id) };
    await recordOperation(context, { action: 'quarantine.settle', subject: 'platform', reason, details });
  },
  human: ({ settled }, paint) =>
    settled.length === 0
      ? 'Nothing was in quarantine.'
      : settled.map((one) => `${paint.warn(one.type)} ${one.broker} ${one.client_order_id}: ${one.reason}`).join('\n'),
});
