import type { Id } from '@keelson/kernel';

/** Something that somebody is to be told. */
export interface Notification {
  /** The same for every attempt: receivers know by it what they were told already. */
  readonly notificationId: Id;
  /** In a sentence. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A way to tell somebody. Resolves when the other side has taken it over; rejects with fixed words, never an address. */
export interface NotificationChannel {
  readonly name: string;
  deliver(notification: Notification, signal: AbortSignal): Promise<void>;
}
