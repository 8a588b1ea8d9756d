import type { Message, Payload } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';

/** The one denial of a signal: its id follows from the signal, whoever decides and however often. */
export function deniedMessage(teamId: Id, payload: Payload<'order.denied'>): Message<'order.denied'> {
  const { signalId } = payload;
  return { id: deriveId('order.denied', signalId), type: 'order.denied', teamId, key: signalId, payload };
}
