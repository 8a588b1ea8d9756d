import { randomUUID } from 'node:crypto';
import { isAlive, memoryMib, type ProcessIdentity } from '../identity.ts';
import { specHash, type ProcessSpec, type ProcessState, type ProcessStatus } from '../process-spec.ts';
import { Backoff } from './backoff.ts';
import { adoptChild, startChild, type Child } from './child.ts';
import { logFile, note } from './log.ts';
import { isReady } from './probe.ts';

/** Probes come quickly at first, as most starts take well below a second. */
const QUICK_PROBE_MS = 20;
const SLOW_PROBE_MS = 200;
const QUICK_PROBES = 150;
/** Ends during one wait for readiness after which a service is not waited for: it doesn't like what it was given. */
const ENDS_WITHOUT_HOPE = 4;

/** What survives the supervisor: enough to find the process again. */
export interface Remembered {
  readonly spec: ProcessSpec;
  readonly identity: ProcessIdentity | null;
  readonly incarnation: string;
  readonly restarts: number;
}

/**
 * One process and its life: starting → ready, and from there backoff → starting, failed or stopped.
 * Every change of state is told to `changed`, which keeps the journal and the status file current.
 */
export class Supervised {
  private current: ProcessSpec;
  private state: ProcessState = 'stopped';
  private since = new Date();
  private child: Child | undefined;
  private incarnation = '';
  private restarts = 0;
  private ends = 0;
  private lastExit: string | null = null;
  private wanted = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly backoff = new Backoff();
  private waiting: (() => void)[] = [];
  private readonly logs: string;
  private readonly changed: () => void;

  constructor(spec: ProcessSpec, logs: string, changed: () => void) {
    this.current = spec;
    this.logs = logs;
    this.changed = changed;
  }

  get spec(): ProcessSpec {
    return this.current;
  }

  /** Takes another spec, for a stopped process; its restarts are counted anew. */
  become(spec: ProcessSpec): void {
    if (this.child) throw new Error(`${spec.instance} must be stopped before it takes another spec`);
    this.current = spec;
    this.incarnation = '';
    this.restarts = 0;
  }

  status(): ProcessStatus {
    return {
      name: this.spec.service,
      instance: this.spec.instance,
      kind: this.spec.kind,
      state: this.state,
      pid: this.child?.identity.pid ?? null,
      port: this.spec.port,
      url: this.spec.url ?? null,
      restarts: this.restarts,
      since: this.since.toISOString(),
      incarnation: this.incarnation,
      specHash: specHash(this.spec),
      lastExit: this.lastExit,
    };
  }

  remembered(): Remembered {
    const { spec, incarnation, restarts } = this;
    return { spec, identity: this.child?.identity ?? null, incarnation, restarts };
  }

  /** Goes on with a process of an earlier supervisor if it still runs; else stays stopped until someone starts it. */
  takeOver(memory: Remembered): void {
    this.restarts = memory.restarts;
    if (!memory.identity || !isAlive(memory.identity)) return;
    this.wanted = true;
    this.incarnation = memory.incarnation;
    this.child = adoptChild(memory.identity, (how) => this.ended(how));
    note('adopted', { instance: this.spec.instance, pid: memory.identity.pid });
    this.enter('starting');
    this.probeUntilReady(this.incarnation, 0);
  }

  /** Starts it now, whatever it waited for. Does nothing when it runs. */
  start(): void {
    if (this.child) return;
    clearTimeout(this.timer);
    this.wanted = true;
    this.backoff.forget();
    this.launch();
  }

  /** Stops it and resolves when it is gone: its signal, a grace period, then SIGKILL to all that it started. */
  async stop(graceMs = this.spec.graceMs): Promise<void> {
    this.wanted = false;
    clearTimeout(this.timer);
    if (!this.child) {
      this.enter('stopped');
      return;
    }
    const { child } = this;
    note('stopping', { instance: this.spec.instance, pid: child.identity.pid });
    child.signal(this.spec.stopSignal);
    const killer = setTimeout(() => {
      note('killed', { instance: this.spec.instance, reason: `still there after ${graceMs} ms` });
      child.signal('SIGKILL', true);
    }, graceMs);
    while (this.child === child) await this.nextChange();
    clearTimeout(killer);
  }

  /**
   * Resolves with the state after it became ready, was given up or stopped, or after the time; for a service that ends
   * again and again right after its start, without waiting for the end of the time.
   */
  async settled(withinMs: number): Promise<ProcessState> {
    const until = Date.now() + withinMs;
    const ended = this.ends;
    const hopeless = (): boolean => this.spec.kind === 'service' && this.ends - ended >= ENDS_WITHOUT_HOPE;
    while (!['ready', 'failed', 'stopped'].includes(this.state) && !hopeless() && Date.now() < until) {
      await this.nextChange(until - Date.now());
    }
    return this.state;
  }

  /** Replaces the process when it uses more memory than its spec allows. */
  watchMemory(): void {
    const limit = this.spec.memoryMib;
    if (limit === undefined || !this.child || this.state !== 'ready') return;
    const used = memoryMib(this.child.identity.pid);
    if (used === undefined || used <= limit) return;
    note('over memory', { instance: this.spec.instance, usedMib: Math.round(used), limitMib: limit });
    this.child.signal(this.spec.stopSignal);
  }

  /** Leaves the process running and looks after it no more. */
  abandon(): void {
    clearTimeout(this.timer);
  }

  private launch(): void {
    if (this.incarnation !== '') this.restarts += 1;
    this.incarnation = randomUUID();
    const incarnation = this.incarnation;
    this.child = startChild(this.spec, logFile(this.logs, this.spec.instance), (how) => this.ended(how));
    note('started', { instance: this.spec.instance, pid: this.child?.identity.pid ?? null, incarnation });
    this.enter('starting');
    this.probeUntilReady(incarnation, 0);
  }

  private probeUntilReady(incarnation: string, count: number): void {
    const stillAsked = (): boolean => this.incarnation === incarnation && this.state === 'starting';
    void isReady(this.spec.ready).then((ready) => {
      if (!stillAsked()) return;
      if (ready && this.child) {
        this.enter('ready');
        return;
      }
      const delay = count < QUICK_PROBES ? QUICK_PROBE_MS : SLOW_PROBE_MS;
      this.timer = setTimeout(() => this.probeUntilReady(incarnation, count + 1), delay);
    });
  }

  private ended(how: string): void {
    this.child = undefined;
    this.lastExit = how;
    this.ends += 1;
    clearTimeout(this.timer);
    note('ended', { instance: this.spec.instance, how });
    if (!this.wanted) {
      this.enter('stopped');
      return;
    }
    const delay = this.backoff.crashed(Date.now());
    if (delay === 'give up') {
      this.wanted = false;
      this.enter('failed');
      return;
    }
    this.enter('backoff');
    this.timer = setTimeout(() => this.launch(), delay);
  }

  private enter(state: ProcessState): void {
    if (this.state !== state) this.since = new Date();
    this.state = state;
    note('state', { instance: this.spec.instance, state });
    this.changed();
    const waiting = this.waiting;
    this.waiting = [];
    for (const wake of waiting) wake();
  }

  private nextChange(withinMs = 60_000): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(withinMs, 1));
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
