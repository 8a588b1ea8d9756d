/** Fastify hands a schema of a route to these; whoever gives one has to be told that nobody reads it. */
function refuse(): never {
  throw new Error('Routes are checked by zod schemas in their controllers; Fastify has no schema compiler here');
}

/**
 * Fastify's JSON Schema validator and serializer, left out: every body is checked by a pipe with a zod schema, and the two
 * compilers are a twentieth of all modules that a service loads at its start.
 */
export const noSchemaCompilers = {
  compilersFactory: { buildValidator: () => refuse, buildSerializer: () => refuse },
};
