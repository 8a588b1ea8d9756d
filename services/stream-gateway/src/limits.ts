import type { Duration } from '@keelson/kernel';

/** What one connection may take, and how the gateway watches it (INF-FR-012). */
export interface ConnectionLimits {
  readonly perUser: number;
  readonly authenticateWithin: Duration;
  readonly heartbeatEvery: Duration;
  /** Heartbeats without an answer after which a client counts as gone. */
  readonly missedHeartbeats: number;
  readonly revalidateEvery: Duration;
  /** Bytes that may wait for a client before it is closed as too slow; it resumes later. */
  readonly waitingBytes: number;
  /** A catch-up page is sent when fewer bytes than this wait. */
  readonly catchUpBytes: number;
  readonly badFrames: number;
  /** Frames that a client may send between two heartbeats. */
  readonly framesPerHeartbeat: number;
}

export const standardLimits: ConnectionLimits = {
  perUser: 10,
  authenticateWithin: '5 seconds',
  heartbeatEvery: '30 seconds',
  missedHeartbeats: 2,
  revalidateEvery: '15 minutes',
  waitingBytes: 1_048_576,
  catchUpBytes: 262_144,
  badFrames: 3,
  framesPerHeartbeat: 300,
};

/** Largest message of a client. */
export const MAX_MESSAGE_BYTES = 64 * 1024;
