import type { Id } from '@keelson/kernel';

/** Most pieces of work in one commit: what any of them locks is held for as long as all of them take. */
const MOST_TOGETHER = 16;

interface Grouped {
  readonly teamId: Id;
  readonly signalId: Id;
}

interface Waiting<Work, Result> {
  readonly work: Work;
  readonly resolve: (result: Result) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Group commit. Fills of a team want the same rows: of a position, of an account's totals, of the stream's offsets. Each
 * for itself, they would queue for those and hold them for a flush of the disk each. So a team has one commit on its way
 * per process; what comes meanwhile gathers, and shares the next one. Work that comes alone waits for nothing.
 */
export class GroupCommit<Work extends Grouped, Result> {
  readonly #run: (group: readonly Work[]) => Promise<readonly PromiseSettledResult<Result>[]>;
  /** What waits, by team; a team without an entry has no commit on its way. */
  readonly #lanes = new Map<Id, Waiting<Work, Result>[]>();

  /** @param run commits a group of different signals of one team; settles each of them, and does not reject */
  constructor(run: (group: readonly Work[]) => Promise<readonly PromiseSettledResult<Result>[]>) {
    this.#run = run;
  }

  add(work: Work): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting = { work, resolve, reject };
      const lane = this.#lanes.get(work.teamId);
      if (lane) lane.push(waiting);
      else void this.#drain(work.teamId, [waiting]);
    });
  }

  async #drain(teamId: Id, lane: Waiting<Work, Result>[]): Promise<void> {
    this.#lanes.set(teamId, lane);
    while (lane.length > 0) {
      const group = takeGroup(lane);
      const results = await this.#run(group.map(({ work }) => work));
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index]!;
        if (result.status === 'fulfilled') resolve(result.value);
        else reject(result.reason);
      });
    }
    this.#lanes.delete(teamId);
  }
}

/** Takes the oldest, at most one of each signal: the second of a signal must see what the first one did. */
function takeGroup<Work extends Grouped, Result>(lane: Waiting<Work, Result>[]): Waiting<Work, Result>[] {
  const taken = new Map<Id, Waiting<Work, Result>>();
  for (const waiting of lane) {
    if (taken.size === MOST_TOGETHER) break;
    if (!taken.has(waiting.work.signalId)) taken.set(waiting.work.signalId, waiting);
  }
  const group = [...taken.values()];
  for (const waiting of group) lane.splice(lane.indexOf(waiting), 1);
  return group;
}
