import { parity, type Reading, type TargetName } from '@keelson/catalogue/parity';
import { generated, markdownTable, type Renderer } from './renderer.ts';

const targets: readonly TargetName[] = ['local', 'compose', 'railway'];

const wordsOf = (reading: Reading): string => (typeof reading === 'string' ? reading : 'n/a');

/** Each n/a with its reason; those that are the same on several targets in one row. */
function absences(): string[][] {
  return Object.entries(parity).flatMap(([option, readings]) => {
    const rows = new Map<string, { because: string; loses: string; where: TargetName[] }>();
    for (const target of targets) {
      const reading = readings[target];
      if (typeof reading === 'string') continue;
      const key = `${reading.because} ${reading.loses}`;
      const row = rows.get(key) ?? { ...reading, where: [] };
      row.where.push(target);
      rows.set(key, row);
    }
    return [...rows.values()].map(({ because, loses, where }) => [`\`${option}\``, where.join(', '), because, loses]);
  });
}

function page(): string {
  return [
    '# What each target makes of the catalogue',
    'A service is described once, in the catalogue; each target reads it for itself. Tests hold this table against what the targets ' +
      'really read.',
    markdownTable(
      ['option', 'on this machine (`npm start`)', 'Docker Compose', 'Railway', 'Kubernetes'],
      Object.entries(parity).map(([option, readings]) => [
        `\`${option}\``,
        ...targets.map((target) => wordsOf(readings[target])),
        'to come',
      ]),
    ),
    '## What is n/a, and what is lost by it',
    markdownTable(['option', 'where', 'because', 'who runs there loses'], absences()),
  ].join('\n\n');
}

/** Options of the catalogue by target. */
export const parityPage: Renderer = {
  path: 'docs/targets.md',
  async render() {
    return `${generated.markdown}\n${page().replace(/\n{3,}/g, '\n\n')}`;
  },
};
