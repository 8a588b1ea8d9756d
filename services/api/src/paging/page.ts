import { z } from 'zod';

const LARGEST_PAGE = 200;
const USUAL_PAGE = 50;

/** Query parameters that every list has: `?limit=50&before=<next of the page before>`. */
export const pageParameters = {
  limit: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(USUAL_PAGE),
  before: z.string().min(1).max(200).optional(),
};

/** One page of a list. `next` goes into `before` of the next request; null on the last page. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly next: string | null;
}

/** A page of rows that were read with one row more than asked for: that one says whether there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  view: (row: Row) => Item,
  cursor: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { data: shown.map(view), next: rows.length > limit && last !== undefined ? cursor(last) : null };
}
