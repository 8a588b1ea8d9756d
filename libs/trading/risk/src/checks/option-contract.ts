import { decimalText } from '@keelson/kernel';
import type { Check } from '../denial.ts';
import type { Situation } from '../situation.ts';

function contractsOf({ instrument: { kind, multiplier }, quantity, legs }: Situation) {
  if (legs) return legs.filter(({ option }) => option);
  return kind === 'option' ? [{ quantity, multiplier }] : [];
}

/**
 * Options come in whole contracts, and one contract stands for many units: a multiplier of one is an instrument that
 * was entered wrongly, and would make every limit a hundred times too wide.
 */
export const optionContract: Check = (situation) => {
  const contracts = contractsOf(situation);
  const wrong = contracts.find(({ quantity, multiplier }) => !quantity.isInteger() || multiplier.lte(1));
  if (!wrong) return { check: 'option_contract', numbers: { contracts: String(contracts.length) } };
  const numbers = { quantity: decimalText(wrong.quantity), multiplier: decimalText(wrong.multiplier) };
  return { check: 'option_contract', denied: 'option_rules', numbers };
};
