import { Decimal, decimalText } from '@keelson/kernel';

/** A `numeric` column read as canonical decimal text: `1.5`, where Postgres says `1.500000000000`. */
export const amountColumn = {
  type: 'numeric',
  transformer: {
    from: (text: string | null) => (text === null ? null : decimalText(new Decimal(text))),
    to: (text: string | null) => text,
  },
} as const;
