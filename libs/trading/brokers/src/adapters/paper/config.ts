import { type Duration, milliseconds } from '@keelson/kernel';
import { BrokerError } from '../../errors.ts';

/** How the adapter reaches the simulated venue. */
export interface PaperSettings {
  /** Origin of the venue, http or https, without path, query or user name. */
  readonly url: string;
  /** Requests that may be under way at once; further ones wait for a free connection, and their deadline runs on. */
  readonly connections?: number;
  /** Time for an answer to a query or cancel. */
  readonly queryWithin?: Duration;
  /** Executions that are asked for at once. */
  readonly pageSize?: number;
  /** Shortest and longest pause before a stream connects again. */
  readonly reconnectAfter?: { readonly least: Duration; readonly most: Duration };
  /** A stream that is silent for so long is dead; the venue sends a heartbeat each second. */
  readonly silenceLimit?: Duration;
}

/** Settings with their defaults, in milliseconds, as the adapter uses them. */
export interface PaperConfig {
  readonly origin: string;
  readonly streamUrl: string;
  readonly connections: number;
  readonly queryMs: number;
  readonly pageSize: number;
  readonly reconnectMs: { readonly least: number; readonly most: number };
  readonly silenceMs: number;
}

/** Checks settings. Throws BrokerError `configuration`, without repeating the address: it may hold a password. */
export function paperConfig(settings: PaperSettings): PaperConfig {
  const url = URL.parse(settings.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new BrokerError('configuration', 'PAPER_BROKER_URL must be an http or https address');
  }
  if (url.username !== '' || url.password !== '' || url.pathname !== '/' || url.search !== '') {
    throw new BrokerError('configuration', 'PAPER_BROKER_URL must be host and port only: no user name, path or query');
  }
  const { least, most } = settings.reconnectAfter ?? { least: '50 milliseconds', most: '1 second' };
  return {
    origin: url.origin,
    streamUrl: `${url.origin.replace(/^http/, 'ws')}/v1/stream`,
    connections: settings.connections ?? 64,
    queryMs: milliseconds(settings.queryWithin ?? '2 seconds'),
    pageSize: settings.pageSize ?? 1_000,
    reconnectMs: { least: milliseconds(least), most: milliseconds(most) },
    silenceMs: milliseconds(settings.silenceLimit ?? '4 seconds'),
  };
}
