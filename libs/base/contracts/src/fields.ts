import { DECIMAL_PATTERN, isId } from '@keelson/kernel';
import { z } from 'zod';

/** Fields that messages and bodies share. Amounts travel as canonical decimal text; a JSON number would round them. */
export const id = z.string().refine(isId, 'must be a UUID in lower case');
export const decimal = z.string().regex(DECIMAL_PATTERN, 'must be a plain decimal');
export const instant = z.iso.datetime({ offset: true });
export const symbol = z.string().min(1).max(64);
export const side = z.enum(['buy', 'sell']);

export type Side = z.infer<typeof side>;
