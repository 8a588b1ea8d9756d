import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Faults } from './faults.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The venue's own error codes. Those of `order_not_found` and `deadline_passed` are definitive. */
export type VenueErrorCode =
  | 'invalid_request'
  | 'order_not_found'
  | 'deadline_passed'
  | 'duplicate_client_order_id'
  | 'order_closed'
  | 'order_changed'
  | 'refused'
  | 'internal_error'
  | 'venue_unavailable';

/** Sends JSON text that was composed elsewhere, without parsing or composing it again. */
export function sendText(reply: FastifyReply, status: number, text: string): void {
  void reply.code(status).header('content-type', JSON_TYPE).send(text);
}

export function sendJson(reply: FastifyReply, status: number, body: unknown): void {
  sendText(reply, status, JSON.stringify(body));
}

export function sendError(reply: FastifyReply, status: number, code: VenueErrorCode, message: string): void {
  sendJson(reply, status, { code, message });
}

/** 400 with each field that is wrong; never with the values, which are the sender's. */
export function sendInvalid(reply: FastifyReply, error: z.ZodError): void {
  const details = error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
  sendJson(reply, 400, { code: 'invalid_request', message: 'The request is not valid', details });
}

/** Answers 503 while the venue plays dead; true when it did. */
export function sendUnavailable(reply: FastifyReply, { state: { unavailable } }: Faults): boolean {
  if (unavailable) sendError(reply, 503, 'venue_unavailable', 'The venue is unavailable on command');
  return unavailable;
}

/** Cuts the connection without an answer: what a client sees when a network or a venue fails under it. */
export function hangUp(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.destroy();
}
