/** Arguments of a mutation's `input`. */
export type Input = Record<string, unknown>;

/** A connection as Railway's lists are, always of one page. */
export const edges = (nodes: readonly unknown[]): object => ({
  edges: nodes.map((node) => ({ node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: null },
});
export const text = (value: unknown): string => String(value);

/** Throws in the vendor's words where there is no such thing. */
export function found<Thing>(thing: Thing | undefined, name: string): Thing {
  if (thing === undefined) throw new Error(`${name} not found`);
  return thing;
}
