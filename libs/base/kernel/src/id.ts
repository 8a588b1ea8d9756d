import { createHash, randomBytes } from 'node:crypto';

/** A UUID in lower case text form. New ids are version 7, so index pages fill in time order; derived ids are version 8. */
export type Id = string;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for the text of any UUID in lower case. */
export function isId(text: string): text is Id {
  return UUID.test(text);
}

function format(bytes: Buffer, version: number): Id {
  bytes[6] = (bytes[6]! & 0x0f) | (version << 4);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new id (UUID version 7, RFC 9562): 48 bits of Unix milliseconds, then random bits. */
export function newId(nowMs: number = Date.now()): Id {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  return format(bytes, 7);
}

/** The same id for the same parts, for ever (UUID version 8 of a SHA-256): what makes a repeated step write the same row. */
export function deriveId(kind: string, ...parts: readonly (string | number)[]): Id {
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, ...parts]))
    .digest();
  return format(digest.subarray(0, 16), 8);
}
