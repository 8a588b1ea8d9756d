/** Queues of INF-FR-009. A job is a wake-up call whose id is the outbox id; the work itself is a row in Postgres. */
export const queues = {
  high: { purpose: 'trade execution: signals, orders, fills' },
} as const;

export type QueueName = keyof typeof queues;
