import { z } from 'zod';
import type { Properties } from '../providers/plugin/wire.ts';

const side = z.object({
  id: z.string().optional(),
  custom: z.boolean().optional(),
  parent: z.string().optional(),
  provider: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
});

/** The parts of the engine's events that say what it means to do; it adds fields and kinds with every release. */
const previewEvent = z.object({
  resourcePreEvent: z
    .object({
      metadata: z.object({
        op: z.string(),
        urn: z.string(),
        type: z.string(),
        old: side.nullish(),
        new: side.nullish(),
      }),
    })
    .optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string() }).optional(),
  policyEvent: z.object({ message: z.string(), enforcementLevel: z.string() }).optional(),
});
type PreviewEvent = z.infer<typeof previewEvent>;

/** A resource that the engine means to make, for the first time or in the place of another. */
export interface PlannedCreate {
  readonly urn: string;
  readonly type: string;
  /** Last part of the URN: its name in the program. */
  readonly name: string;
  readonly parent: string;
  /** URN of its provider. */
  readonly provider: string;
  /** With a marker text where a value is not known yet, or secret. */
  readonly inputs: Properties;
  /** True where the state has another one under this URN, which goes, or has gone already. */
  readonly replaces: boolean;
}

/** What an `up` would do, as `pulumi preview --json` streams it. */
export interface Plan {
  readonly creates: readonly PlannedCreate[];
  /** What is done with each resource, by URN. */
  readonly operations: ReadonlyMap<string, string>;
  /** `<type> <id>` of everything that the state has, without what it knows to be deleted. */
  readonly inState: ReadonlySet<string>;
  /** URNs of everything that the state has. */
  readonly urns: ReadonlySet<string>;
}

function eventsOf(stream: string): readonly PreviewEvent[] {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const event = previewEvent.safeParse(JSON.parse(line));
      return event.success ? [event.data] : [];
    });
}

const MAKES: ReadonlySet<string> = new Set(['create', 'create-replacement']);

/** URNs of which an earlier update deleted the old one, and did not come to note a new one: nothing is left to delete. */
function deletedBefore(steps: readonly { readonly op: string; readonly urn: string }[]): ReadonlySet<string> {
  const withOp = (wanted: string): string[] => steps.filter(({ op }) => op === wanted).map(({ urn }) => urn);
  const going = new Set(withOp('delete-replaced'));
  return new Set(withOp('create-replacement').filter((urn) => !going.has(urn)));
}

/** Reads the event stream of a preview. */
export function planOf(stream: string): Plan {
  const creates: PlannedCreate[] = [];
  const operations = new Map<string, string>();
  const [inState, urns] = [new Set<string>(), new Set<string>()];
  const steps = eventsOf(stream).flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const deleted = deletedBefore(steps);
  for (const { op, urn, type, old: before, new: after } of steps) {
    // Of a replacement in several steps the first one says that it is one.
    if (!operations.has(urn) || op !== 'same') operations.set(urn, op);
    if (before) urns.add(urn);
    if (before?.id && !deleted.has(urn)) inState.add(`${type} ${before.id}`);
    if (!MAKES.has(op) || !after?.custom || !after.provider || !after.parent) continue;
    creates.push({
      ...{ urn, type, parent: after.parent, inputs: (after.inputs ?? {}) as Properties, replaces: op !== 'create' },
      name: urn.split('::').at(-1) ?? urn,
      // `<urn>::<id>`
      provider: after.provider.split('::').slice(0, -1).join('::'),
    });
  }
  return { creates, operations, inState, urns };
}

/** Why a preview failed, in the engine's and the rules' own words. */
export function troublesOf(stream: string): readonly string[] {
  const troubles = eventsOf(stream).flatMap(({ diagnosticEvent, policyEvent }) => {
    if (diagnosticEvent?.severity.startsWith('error')) return [plain(diagnosticEvent.message)];
    if (policyEvent?.enforcementLevel === 'mandatory') return [plain(policyEvent.message)];
    return [];
  });
  return [...new Set(troubles)];
}

/** Without the marks by which the engine colours. */
function plain(message: string): string {
  return message.replaceAll(/<\{%.*?%\}>/g, '').trim();
}
