/**
 * The queue of INF-FR-009 that BullMQ carries: a job is a wake-up call whose id is the outbox id, the work itself a row in
 * Postgres. What the others are for, and where that work is, says docs/decisions/0014-one-carrier-queue.md.
 */
export const queues = {
  high: { purpose: 'trade execution: signals, orders, fills' },
} as const;

export type QueueName = keyof typeof queues;
