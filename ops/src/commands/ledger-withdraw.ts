import { moveCapitalCommand } from '../trading/move-capital.ts';

export const ledgerWithdraw = moveCapitalCommand({
  verb: 'withdraw',
  summary: 'book money that was taken out of an account',
  sign: '-',
});
