import { z } from 'zod';

/** Error codes of INF-FR-003 and the status each one answers with. */
export const errorStatus = {
  VALIDATION_ERROR: 400,
  AUTHENTICATION_REQUIRED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE_ENTITY: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  BROKER_ERROR: 502,
  SERVICE_UNAVAILABLE: 503,
} as const;
export type ErrorCode = keyof typeof errorStatus;

export const errorDetail = z.strictObject({
  field: z.string(),
  message: z.string(),
  column: z.int().min(1).optional(),
});
export type ErrorDetail = z.infer<typeof errorDetail>;

/** The body of every answer that is not a success (INF-FR-003). */
export const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    details: z.array(errorDetail),
    request_id: z.string(),
    timestamp: z.iso.datetime(),
  }),
});
export type ErrorBody = z.infer<typeof errorBody>;
