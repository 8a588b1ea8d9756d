export { StreamClient, StreamClosed } from './client.ts';
export type { StreamClientOptions, StreamConnection } from './client.ts';
export type { ClientStream } from './fan-out.ts';
export { textMessage } from './frame-batch.ts';
export type { FrameBatch, Receiver } from './frame-batch.ts';
export { StreamFeed } from './stream-feed.ts';
export type { StreamFeedParts } from './stream-feed.ts';
export { maySee } from './visibility.ts';
