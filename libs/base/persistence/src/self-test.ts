/**
 * The team of the self-test: a worker runs a synthetic signal of it through the whole flow before it says that it is
 * ready. Its account trades at the loopback venue inside the process, so no venue ever hears of it.
 */
export const SELF_TEST = {
  teamId: '00000000-0000-7000-8000-000000000001',
  accountId: '00000000-0000-7000-8000-000000000002',
  webhookKeyId: '00000000-0000-7000-8000-000000000003',
  symbol: 'KEELSON.TEST',
  broker: 'loopback',
} as const;
