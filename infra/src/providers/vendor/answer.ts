import type { z } from 'zod';
import { isFailure, VendorError } from './errors.ts';

/** An answer as its schema has it; what the vendor adds beyond is ignored. Throws `refused` with the fields that differ. */
export function checkedAnswer<Answer>(
  body: unknown,
  schema: z.ZodType<Answer>,
  { vendor, what }: { readonly vendor: string; readonly what: string },
): Answer {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new VendorError('refused', `Could not ${what}: ${vendor} answered in an unknown form (${where})`);
}

/** What was asked for; undefined where the vendor says that there is no such thing. */
export async function unlessGone<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isFailure(error, 'not_found')) return undefined;
    throw error;
  }
}
