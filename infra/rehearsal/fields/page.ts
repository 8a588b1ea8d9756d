import { gapsOf, listedFields, type TypeDecision, type VendorDecisions } from './decision.ts';
import { railwayDecisions } from './railway.ts';
import { supabaseDecisions } from './supabase.ts';
import { upstashDecisions } from './upstash.ts';

/** Every vendor whose provider is our own. */
export const decisions: readonly VendorDecisions[] = [railwayDecisions, supabaseDecisions, upstashDecisions];

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

/** `Resource` with the fields that it gives, each with the property where that has another name. */
function managedRows(type: string, fields: readonly string[], managed: TypeDecision['managed']): string[] {
  const byResource = new Map<string, string[]>();
  const add = (resource: string, words: string): void =>
    void byResource.set(resource, [...(byResource.get(resource) ?? []), words]);
  for (const [field, by] of Object.entries(managed)) {
    const [resource = '', property = ''] = typeof by === 'string' ? by.split('.') : [];
    if (typeof by !== 'string') add('–', `\`${field}\`: always ${by.always}`);
    else if (field === '*') add(`\`${resource}\``, `by \`${property}\`: ${code(fields)}`);
    else add(`\`${resource}\``, field === property ? `\`${field}\`` : `\`${field}\` (\`${property}\`)`);
  }
  return [...byResource].map(([resource, words]) => row(`\`${type}\``, words.join(', '), resource, ''));
}

/** Fields of one type, those of the same fate in one row. */
function rowsOf(type: string, fields: readonly string[], { managed, unmanaged = {} }: TypeDecision): string[] {
  return [
    ...managedRows(type, fields, managed),
    ...Object.entries(unmanaged).map(([reason, of]) => row(`\`${type}\``, code(of), '–', reason)),
  ];
}

function section(vendor: VendorDecisions): string {
  const list = listedFields(vendor.vendor);
  const gaps = gapsOf(list, vendor);
  if (gaps.length > 0) throw new Error(`infra/rehearsal/fields/${vendor.vendor}.ts: ${gaps.join('; ')}`);
  const { types, untouched, entry, source, title } = vendor;
  const all = Object.values(list).reduce((sum, fields) => sum + fields.length, 0);
  const touched = Object.keys(types).reduce((sum, type) => sum + (list[type]?.length ?? 0), 0);
  const left = Object.values(types).reduce(
    (sum, { unmanaged = {} }) => sum + Object.values(unmanaged).flat().length,
    0,
  );
  const size = (type: string): number => list[type]?.length ?? 0;
  return [
    `## ${title}`,
    `By ${source}: ${Object.keys(list).length} ${entry}s with ${all} fields, ${touched - left} of them managed.`,
    table(
      [entry, 'fields (the property, where it has another name)', 'managed by', 'not managed, because'],
      Object.entries(types).flatMap(([type, decision]) => rowsOf(type, list[type] ?? [], decision)),
    ),
    `Nothing is managed of these ${entry}s:`,
    table(
      ['because', `${entry}s (fields)`],
      Object.entries(untouched).map(([reason, names]) =>
        row(reason, names.map((name) => `\`${name}\` (${size(name)})`).join(', ')),
      ),
    ),
  ].join('\n\n');
}

/** The page of all fields; throws when a field of a vendor has no decision. */
export function fieldsPage(): string {
  return [
    '# What of our vendors is managed',
    'Every field that a vendor can be told, for the vendors whose providers are our own, and the property of the resource that it comes ' +
      'from. What is not managed stays as the vendor has it: set by hand, it is no drift, and `up` does not touch it. The lists of ' +
      'fields are derived from the vendors’ schemas (`infra/rehearsal/fields/derive.ts`).',
    ...decisions.map(section),
  ].join('\n\n');
}

/** `node infra/rehearsal/fields/page.ts` prints it; `npm run render` writes docs/vendor-fields.md. */
if (process.argv[1] === import.meta.filename) process.stdout.write(`${fieldsPage()}\n`);
