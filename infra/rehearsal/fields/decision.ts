import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FieldList, Vendor } from './derive.ts';

/** `Resource.property` that a field comes from; or what it always is. */
export type Managed = string | { readonly always: string };

/** What becomes of each field of an input type that a provider of ours sends. */
export interface TypeDecision {
  /** By field; `*` where one property takes whatever the vendor has. */
  readonly managed: Readonly<Record<string, Managed>>;
  /** By reason. */
  readonly unmanaged?: Readonly<Record<string, readonly string[]>>;
}

export interface VendorDecisions {
  readonly vendor: Vendor;
  readonly title: string;
  /** The schema that the list was derived from. */
  readonly source: string;
  /** What an entry of the list is: `input type`, `request`. */
  readonly entry: string;
  readonly types: Readonly<Record<string, TypeDecision>>;
  /** Types of which nothing is managed, by reason. */
  readonly untouched: Readonly<Record<string, readonly string[]>>;
}

/** The committed list of a vendor's fields. */
export function listedFields(vendor: Vendor): FieldList {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'lists', `${vendor}.json`), 'utf8')) as FieldList;
}

function decidedTwice(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

/** What is wrong with the decisions of one type: a field without one, with two, or that the vendor does not have. */
function problemsOf(type: string, fields: readonly string[], { managed, unmanaged = {} }: TypeDecision): string[] {
  const decided = [...Object.keys(managed), ...Object.values(unmanaged).flat()];
  const all = '*' in managed;
  return [
    ...fields.filter((field) => !all && !decided.includes(field)).map((field) => `${type}.${field} is not decided`),
    ...decided.filter((field) => field !== '*' && !fields.includes(field)).map((field) => `${type} has no ${field}`),
    ...decidedTwice(decided).map((field) => `${type}.${field} is decided twice`),
  ];
}

/** Everything that keeps the decisions from covering a list, in sentences; none when each field has exactly one. */
export function gapsOf(list: FieldList, { types, untouched }: VendorDecisions): readonly string[] {
  const whole = Object.values(untouched).flat();
  const decided = [...Object.keys(types), ...whole];
  return [
    ...Object.keys(list).flatMap((type) => (decided.includes(type) ? [] : [`${type} is not decided`])),
    ...decided.filter((type) => !(type in list)).map((type) => `the vendor has no ${type}`),
    ...decidedTwice(decided).map((type) => `${type} is decided twice`),
    ...Object.entries(types).flatMap(([type, decision]) => problemsOf(type, list[type] ?? [], decision)),
  ];
}
