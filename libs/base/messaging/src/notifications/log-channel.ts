import type { Notification, NotificationChannel } from './notification.ts';

/** Writes notifications to a log: what there is where nobody has set up anything else. */
export class LogChannel implements NotificationChannel {
  readonly name = 'log';
  readonly #write: (notification: Notification) => void;

  constructor(write: (notification: Notification) => void) {
    this.#write = write;
  }

  deliver(notification: Notification): Promise<void> {
    this.#write(notification);
    return Promise.resolve();
  }
}
