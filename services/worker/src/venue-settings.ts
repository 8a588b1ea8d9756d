import { alpacaAccess, type PipelineSettings, type VenueNews } from '@keelson/pipeline';
import type { Metrics } from '@keelson/runtime';
import type { Logger } from 'pino';
import type { WorkerConfig } from './worker.module.ts';

/** How this process deals with venues, and what it tells of them. */
export function venueSettings(
  config: WorkerConfig,
  logger: Logger,
  metrics: Metrics,
): Pick<PipelineSettings, 'liveTrading' | 'alpaca' | 'breaker' | 'onVenueNews'> {
  return {
    liveTrading: config.LIVE_TRADING === 'on',
    alpaca: alpacaAccess(config),
    breaker: {
      failures: config.BREAKER_FAILURES,
      within: `${config.BREAKER_WINDOW_SECONDS} seconds`,
      coolDown: `${config.BREAKER_COOL_DOWN_SECONDS} seconds`,
    },
    onVenueNews: (news) => tell(news, logger, metrics),
  };
}

function tell(news: VenueNews, logger: Logger, metrics: Metrics): void {
  switch (news.kind) {
    case 'unknown': {
      const { broker, clientOrderId, reason } = news;
      metrics.count('keelson_orders_unknown_total', { broker });
      logger.warn(
        { broker, client_order_id: clientOrderId, reason },
        'Nobody knows whether an order arrived; its venue is asked until it says',
      );
      return;
    }
    case 'quarantined': {
      const { broker, venueEventId, clientOrderId } = news.report.payload;
      const event = { broker, venue_event_id: venueEventId, client_order_id: clientOrderId, type: news.report.type };
      logger.error({ ...event, reason: news.reason }, 'A venue contradicts our books: its event is put aside');
      return;
    }
    case 'circuit':
      if (news.to === 'closed') logger.warn({ broker: news.broker }, 'The venue answers: new orders go to it again');
      else
        logger.error({ broker: news.broker, reason: news.reason }, 'The venue failed too often: it gets no new orders');
  }
}
