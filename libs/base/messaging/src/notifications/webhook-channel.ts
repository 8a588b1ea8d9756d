import type { Notification, NotificationChannel } from './notification.ts';

/**
 * Posts notifications as JSON: `{"id","text","subject","body"}`, of which chat services read `text`. The address is a
 * secret, as whoever knows it may write there: no error repeats it.
 */
export class WebhookChannel implements NotificationChannel {
  readonly name = 'webhook';
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async deliver({ notificationId, subject, body }: Notification, signal: AbortSignal): Promise<void> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': notificationId },
      body: JSON.stringify({ id: notificationId, text: subject, subject, body }),
      redirect: 'error',
      signal,
    }).catch(() => {
      throw new Error('the webhook of notifications does not answer');
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the webhook of notifications answered ${response.status}`);
  }
}
