import { z } from 'zod';

/** The answer to an accepted webhook; a repeated delivery gets the same one again. */
export const webhookAccepted = z.strictObject({ signal_id: z.string(), status: z.literal('accepted') });
export type WebhookAccepted = z.infer<typeof webhookAccepted>;
