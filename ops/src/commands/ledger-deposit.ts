import { moveCapitalCommand } from '../trading/move-capital.ts';

export const ledgerDeposit = moveCapitalCommand({
  verb: 'deposit',
  summary: 'book money that was paid into an account',
  sign: '',
});
