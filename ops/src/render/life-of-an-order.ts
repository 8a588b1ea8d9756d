import type { ServiceSpec } from '@keelson/catalogue';
import type { Step } from '@keelson/contracts';
import { generated, markdownTable, type Renderer } from './renderer.ts';

/** The service that runs a step; throws unless there is exactly one. */
function homeOf(step: string, services: readonly ServiceSpec[]): string {
  const homes = services.filter(({ runs }) => runs.includes(step)).map(({ name }) => name);
  if (homes.length === 1) return homes[0]!;
  const found = homes.length === 0 ? 'no service runs it' : `${homes.join(' and ')} run it`;
  throw new Error(`Step "${step}" needs exactly one home service, but ${found}; correct \`runs\` in the catalogue`);
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' ');

function table(flow: readonly Step[], services: readonly ServiceSpec[]): string {
  return markdownTable(
    ['#', 'step', 'runs in', 'owner', 'consumes', 'emits', 'idempotency key', 'invariant', 'source'],
    flow.map((row, index) => [
      String(index + 1),
      row.step,
      homeOf(row.step, services),
      row.owner,
      code(row.consumes),
      code(row.emits),
      row.key,
      row.invariant,
      `[${row.source}](../${row.source})`,
    ]),
  );
}

/** Who sends what a step consumes: the step that emits it, or the world outside. */
function senderOf(consumed: string, flow: readonly Step[]): string {
  if (consumed === 'webhook') return 'sender';
  if (consumed === 'venue stream' || consumed === 'venue snapshot') return 'venue';
  return flow.find(({ emits }) => (emits as readonly string[]).includes(consumed))?.step ?? 'operator';
}

/** Messages from one step to the next as one arrow per pair, so that a batch of broker reports is one line. */
function arrows(flow: readonly Step[]): readonly string[] {
  return flow.flatMap((row) => {
    const bySender = Map.groupBy(row.consumes as readonly string[], (consumed) => senderOf(consumed, flow));
    const incoming = [...bySender].map(([sender, messages]) => `  ${sender}->>${row.step}: ${messages.join(', ')}`);
    // A command to the venue leaves the house; what comes back is an event like any other.
    return row.consumes.includes('submit_order') ? [...incoming, `  ${row.step}->>venue: submit_order`] : incoming;
  });
}

function diagram(flow: readonly Step[], services: readonly ServiceSpec[]): string {
  const lanes = Map.groupBy(flow, ({ step }) => homeOf(step, services));
  const numbered = (row: Step): string =>
    `  participant ${row.step} as ${flow.indexOf(row) + 1} ${row.step} (${row.owner})`;
  const boxes = [...lanes].flatMap(([service, rows]) => [`  box ${service}`, ...rows.map(numbered), '  end']);
  return [
    '```mermaid',
    'sequenceDiagram',
    '  participant sender',
    ...boxes,
    '  participant venue',
    ...arrows(flow),
    ...flow
      .filter(({ emits }) => (emits as readonly string[]).includes('frame'))
      .map(({ step }) => `  ${step}->>sender: frame`),
    '```',
  ].join('\n');
}

const introduction = `# Life of an order

From a webhook to a frame on a screen. Every row is one durable step: it commits its inbox row, its change and its outgoing
messages in one transaction, so a crash between two steps loses and doubles nothing. The process that committed a step runs
the next one at once and may commit neighbours together; the message is what makes the step repeatable, not a hop.`;

const reading = `## How to read a row

- **runs in** is the one service whose process executes the step, **owner** the library that decides.
- **consumes** and **emits** name messages of \`libs/base/contracts\`; each has a schema there.
- **idempotency key**: a second delivery with the same key changes nothing and emits nothing new.
- **invariant** holds after every commit of the step and is what its tests try to break.

\`npx keelson explain <signal or order id>\` tells the same story for one real signal.`;

/** The page that tells the pipeline, from the table that the code is wired from. */
export const lifeOfAnOrder: Renderer = {
  path: 'docs/life-of-an-order.md',
  async render({ flow, services }) {
    const parts = [introduction, diagram(flow, services), table(flow, services).trimEnd(), reading];
    return `${generated.markdown}\n${parts.join('\n\n')}\n`;
  },
};
