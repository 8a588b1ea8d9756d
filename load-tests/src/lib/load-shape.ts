/** What differs between scenarios, and all that differs. */
export interface LoadShape {
  /** Signals a second, over all teams together. */
  readonly ratePerSecond: number;
  /** Seconds that count for latencies. */
  readonly seconds: number;
  /** Seconds before, at the same rate: their latencies don't count, their losses do. */
  readonly warmUpSeconds: number;
}

/** All teams have their stream open by then, in milliseconds of the run, and begin together. */
export function startAtMs(teams: number): number {
  return 1_000 + 150 * teams;
}

/** One planned signal. */
export interface PlannedSend {
  /** Counts over all teams from 0. */
  readonly index: number;
  /** Milliseconds after the common start. */
  readonly dueMs: number;
  /** False during the warm-up. */
  readonly counted: boolean;
}

/**
 * When a team sends: an even pace over all teams, taken in turns. The plan is made beforehand and knows nothing of
 * answers, so a slow server is sent to as often as a fast one (open loop).
 */
export function sendsOf(shape: LoadShape, team: number, teams: number): PlannedSend[] {
  const total = Math.round(shape.ratePerSecond * (shape.warmUpSeconds + shape.seconds));
  const sends: PlannedSend[] = [];
  for (let index = team; index < total; index += teams) {
    const dueMs = (index * 1_000) / shape.ratePerSecond;
    sends.push({ index, dueMs, counted: dueMs >= shape.warmUpSeconds * 1_000 });
  }
  return sends;
}

function positive(name: string, text: string | undefined, usual: number): number {
  const value = text === undefined || text === '' ? usual : Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`${name} is "${text}"; it must be a number above zero`);
}

/** The scenario's own shape, with RATE, SECONDS and WARM_UP_SECONDS of the environment over it. */
export function shapeFrom(environment: Readonly<Record<string, string | undefined>>, usual: LoadShape): LoadShape {
  return {
    ratePerSecond: positive('RATE', environment['RATE'], usual.ratePerSecond),
    seconds: positive('SECONDS', environment['SECONDS'], usual.seconds),
    warmUpSeconds: positive('WARM_UP_SECONDS', environment['WARM_UP_SECONDS'], usual.warmUpSeconds),
  };
}
