import { z } from 'zod';
import { defineCommand } from '../framework/command.ts';
import { pagesRoot, readPages } from '../runbook/page.ts';
import { withDatabase } from '../stack/open-database.ts';
import { alertList, readAlerts } from '../trading/alerts.ts';

export const alerts = defineCommand({
  name: 'alerts',
  summary: 'which alerts fire, and the page of each',
  danger: 'none',
  args: z.object({}),
  examples: ['keelson alerts', 'keelson alerts --json'],
  output: alertList,
  run: (context) => {
    const pages = new Map(readPages(pagesRoot(context)).map((page) => [page.name, page.file]));
    return withDatabase(context, (db) => readAlerts(db, (name) => pages.get(name) ?? null));
  },
  human: (result, paint) =>
    result.alerts.length === 0
      ? 'No alert was evaluated yet: beat does it every two seconds.'
      : result.alerts
          .map(({ name, state, value, since, stale, runbook }) => {
            const shade = state === 'firing' ? paint.bad : state === 'pending' ? paint.warn : paint.good;
            const page = state === 'inactive' || runbook === null ? '' : `keelson runbook show ${name}`;
            return `${shade(state.padEnd(9))} ${name.padEnd(24)} ${value} since ${since}${stale ? paint.warn(' (not looked at lately)') : ''} ${page}`.trimEnd();
          })
          .join('\n'),
});
