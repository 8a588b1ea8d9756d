import type { AlertSpec } from '@keelson/catalogue';
import type { Logger } from 'pino';
import type { AlertState } from './schedules/alert-evaluation.ts';

/** Says once when an alert starts to fire and once when it clears, with the page that helps. */
export class AlertLog {
  readonly #logger: Logger;
  readonly #firing = new Set<string>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  note(alert: AlertSpec & { readonly area?: string }, state: AlertState, value: number): void {
    const { name, area, summary, severity } = alert;
    if (state === 'firing' && !this.#firing.has(name)) {
      this.#firing.add(name);
      this.#logger.error({ alert: name, severity, value, runbook: `runbooks/${area}/${name}.md` }, `Alert: ${summary}`);
    }
    if (state === 'inactive' && this.#firing.delete(name)) this.#logger.info({ alert: name, value }, 'Alert cleared');
  }
}
