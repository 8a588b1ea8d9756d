import { z } from 'zod';

const side = z.object({ custom: z.boolean().optional() }).nullish();
const step = z.object({ op: z.string(), urn: z.string(), old: side, new: side });

/** Components, stacks and providers group or serve resources: nobody waits for them. */
function isResource({ old: before, new: after, urn }: z.infer<typeof step>): boolean {
  return (after?.custom ?? before?.custom ?? false) && !urn.includes('::pulumi:');
}

/** The parts of the engine's events that are shown; it adds fields and kinds with every release. */
const engineEvent = z.object({
  resourcePreEvent: z.object({ metadata: step }).optional(),
  resOutputsEvent: z.object({ metadata: step }).optional(),
  resOpFailedEvent: z.object({ metadata: step }).optional(),
  diagnosticEvent: z
    .object({
      severity: z.string(),
      message: z.string(),
      urn: z.string().optional(),
      ephemeral: z.boolean().optional(),
    })
    .optional(),
  summaryEvent: z.object({ resourceChanges: z.record(z.string(), z.number()).nullish() }).optional(),
});

/** Past tense of each operation, for a person. Operations that change nothing are not in it. */
const done: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  replace: 'replaced',
  'create-replacement': 'replaced',
  'delete-replaced': 'old one removed',
  import: 'imported',
};

/** Follows an update by its events (`pulumi up --json`, one a line) and says what to show. */
export class EngineProgress {
  readonly #started = new Map<string, number>();
  readonly #show: (line: string) => void;
  readonly #now: (text: string) => void;
  readonly diagnostics: string[] = [];
  /** Resources by operation, as the engine sums them up; undefined until it has. */
  changes: Readonly<Record<string, number>> | undefined;

  constructor(show: (line: string) => void, now: (text: string) => void) {
    this.#show = show;
    this.#now = now;
  }

  /** Takes one line of the engine's output; lines that are no event are kept as diagnostics. */
  take(line: string): void {
    if (line.trim() === '') return;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      // Not an event: something on the way wrote plain text, and it is what a person wants to read when it fails.
      this.diagnostics.push(line);
      return;
    }
    const event = engineEvent.safeParse(parsed);
    if (event.success) this.#takeEvent(event.data);
  }

  #takeEvent(event: z.infer<typeof engineEvent>): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent) this.#begin(resourcePreEvent.metadata);
    if (resOutputsEvent) this.#end(resOutputsEvent.metadata, '✔');
    if (resOpFailedEvent) this.#end(resOpFailedEvent.metadata, '✖');
    if (diagnosticEvent && !diagnosticEvent.ephemeral) this.#note(diagnosticEvent);
    if (summaryEvent) this.changes = summaryEvent.resourceChanges ?? {};
  }

  #begin(metadata: z.infer<typeof step>): void {
    if (!(metadata.op in done) || !isResource(metadata)) return;
    this.#started.set(metadata.urn, performance.now());
    this.#showCurrent();
  }

  #end({ op, urn }: z.infer<typeof step>, mark: string): void {
    const started = this.#started.get(urn);
    this.#started.delete(urn);
    this.#showCurrent();
    if (started === undefined) return;
    const took = `${((performance.now() - started) / 1_000).toFixed(1)} s`;
    this.#show(`${mark} ${nameOf(urn).padEnd(16)} ${mark === '✔' ? done[op] : 'failed'} ${took}`);
  }

  #note({ severity, message }: { severity: string; message: string }): void {
    const text = message.replaceAll(/<\{%.*?%\}>/g, '').trim();
    if (severity.startsWith('error')) this.diagnostics.push(text);
    else if (severity === 'warning') this.#show(`! ${text}`);
  }

  #showCurrent(): void {
    this.#now([...this.#started.keys()].map(nameOf).join(', '));
  }
}

/** The resource's own name: the last part of its URN. */
function nameOf(urn: string): string {
  return urn.split('::').at(-1) ?? urn;
}

/** "8 created, 1 updated", or "no changes". */
export function summaryOf(changes: Readonly<Record<string, number>> | undefined): string {
  const parts = Object.entries(changes ?? {})
    .filter(([op, count]) => op in done && count > 0)
    .map(([op, count]) => `${count} ${done[op]}`);
  return parts.length === 0 ? 'no changes' : parts.join(', ');
}
