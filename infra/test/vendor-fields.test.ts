import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { gapsOf, listedFields, type VendorDecisions } from '../rehearsal/fields/decision.ts';
import { derivedFields } from '../rehearsal/fields/derive.ts';
import { decisions, fieldsPage } from '../rehearsal/fields/page.ts';
import { railwayProvider } from '../src/providers/railway/definition.ts';
import { supabaseProvider } from '../src/providers/supabase/definition.ts';
import { upstashProvider } from '../src/providers/upstash/definition.ts';

const types: Readonly<Record<string, { readonly schema: z.ZodType }>> = {
  ...railwayProvider.types,
  ...supabaseProvider.types,
  ...upstashProvider.types,
};
const byVendor = decisions.map((decision) => [decision.vendor, decision] as const);

/** `Resource.property` of every field that one gives. */
function propertiesOf({ vendor, types: decided }: VendorDecisions): string[] {
  const managed = Object.values(decided).flatMap((decision) => Object.values(decision.managed));
  return managed.flatMap((by) => (typeof by === 'string' ? [`${vendor}:index:${by}`] : []));
}

describe('the fields of a vendor', () => {
  it.each(byVendor)('%s: are those of its own schema, where that is here', (vendor) => {
    const derived = derivedFields(vendor);
    expect(listedFields(vendor)).toEqual(derived ?? listedFields(vendor));
    expect(Object.keys(listedFields(vendor)).length).toBeGreaterThan(20);
  });

  it.each(byVendor)('%s: each have one decision', (vendor, decision) => {
    expect(gapsOf(listedFields(vendor), decision)).toEqual([]);
  });

  it.each(byVendor)('%s: come from properties that its provider takes', (_vendor, decision) => {
    const unknown = propertiesOf(decision).filter((path) => {
      const [type = '', property = ''] = path.split('.');
      return !(property in ((types[type]?.schema as Partial<z.ZodObject> | undefined)?.shape ?? {}));
    });
    expect(unknown).toEqual([]);
  });

  it('are missed when a vendor has a new one, an old one goes, or one is decided twice', () => {
    const list = { A: ['x', 'y'], B: ['z'], C: ['z'] };
    const decision = {
      types: { A: { managed: { x: 'R.x' }, unmanaged: { old: ['x', 'w'] } } },
      untouched: { why: ['B', 'D'] },
    };
    expect(gapsOf(list, { vendor: 'railway', title: '', source: '', entry: '', ...decision })).toEqual([
      'C is not decided',
      'the vendor has no D',
      'A.y is not decided',
      'A has no w',
      'A.x is decided twice',
    ]);
  });

  it('are on the page, each one', () => {
    const page = fieldsPage();
    for (const { vendor, types: decided } of decisions) {
      const named = Object.keys(decided).flatMap((type) => listedFields(vendor)[type] ?? []);
      expect(named.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
    }
  });
});
