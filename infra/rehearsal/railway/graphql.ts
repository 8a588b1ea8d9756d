import {
  buildClientSchema,
  defaultFieldResolver,
  execute,
  getOperationAST,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  parse,
  validate,
  valueFromASTUntyped,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { SchemaChecks } from '../emulator/violations.ts';
import { vendorSchema } from '../vendor-schemas.ts';

export type Arguments = Readonly<Record<string, unknown>>;
/** What answers each root field of the API. Throws an Error in the vendor's words to refuse. */
export type Resolvers = Readonly<Record<string, (args: Arguments) => unknown>>;

export interface GraphqlRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string }[];
}

const FILE = 'railway-graphql-introspection.json';

function loadSchema(): GraphQLSchema | undefined {
  const text = vendorSchema(FILE);
  if (text === undefined) return undefined;
  const introspection = JSON.parse(text) as { data?: unknown; __schema?: unknown };
  return buildClientSchema((introspection.data ?? introspection) as never);
}

/** Name and kind of the operation that a document has. */
export function operationOf(request: GraphqlRequest): { readonly name: string; readonly mutating: boolean } {
  const operation = getOperationAST(parse(request.query));
  return { name: operation?.name?.value ?? 'anonymous', mutating: operation?.operation === 'mutation' };
}

/**
 * Executes documents against resolvers. With the vendor's schema every field, argument and value is checked on the way in
 * and out, as the vendor does it; without it the document is followed as it is.
 */
export class GraphqlFront {
  readonly checks: SchemaChecks;
  readonly #schema = loadSchema();
  readonly #resolvers: Resolvers;
  readonly #blanks: boolean;

  /** With `blanks` a field that nobody plays is empty instead of an error: for clients that ask for more than we do. */
  constructor(resolvers: Resolvers, { blanks = false }: { readonly blanks?: boolean } = {}) {
    this.#resolvers = resolvers;
    this.#blanks = blanks;
    this.checks = new SchemaChecks('railway', this.#schema && `Railway GraphQL introspection (${FILE})`);
  }

  async answer(request: GraphqlRequest): Promise<GraphqlAnswer> {
    const document = parse(request.query);
    const { name } = operationOf(request);
    const schema = this.#schema;
    if (!schema) return follow(document, request.variables ?? {}, this.#resolvers);
    const problems = validate(schema, document).map(({ message }) => message);
    if (problems.length > 0) {
      this.checks.add(name, 'request', problems);
      return { errors: problems.map((message) => ({ message })) };
    }
    const refusals = new Set<string>();
    const rootValue = Object.fromEntries(
      Object.entries(this.#resolvers).map(([field, resolve]) => [field, remembering(resolve, refusals)]),
    );
    const answer = await execute({
      ...{ schema, document, rootValue, variableValues: request.variables ?? {} },
      ...(this.#blanks && { fieldResolver: orBlank }),
    });
    // What a resolver refuses is the vendor's word; any other error is the schema's: of the variables, or of the answer.
    const wrong = (answer.errors ?? []).filter(({ message }) => !refusals.has(message));
    const inVariables = wrong.filter(({ message }) => message.startsWith('Variable '));
    this.checks.add(
      name,
      'request',
      inVariables.map(({ message }) => message),
    );
    this.checks.add(
      name,
      'answer',
      wrong.filter((error) => !inVariables.includes(error)).map(({ message }) => message),
    );
    return answer.errors
      ? { data: answer.data ?? null, errors: answer.errors.map(({ message }) => ({ message })) }
      : { data: answer.data };
  }
}

const orBlank: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) =>
  defaultFieldResolver(source, args, context, info) ?? blankOf(info.returnType);

/** The emptiest value that a field may have. */
function blankOf(type: GraphQLOutputType): unknown {
  if (!isNonNullType(type)) return null;
  const { ofType: inner } = type;
  if (isListType(inner)) return [];
  if (isEnumType(inner)) return inner.getValues()[0]?.value;
  if (!isScalarType(inner)) return {};
  return { Boolean: false, Int: 0, Float: 0 }[inner.name] ?? '';
}

function remembering(resolve: Resolvers[string], refusals: Set<string>): Resolvers[string] {
  return (args) => {
    try {
      return resolve(args);
    } catch (error) {
      refusals.add((error as Error).message);
      throw error;
    }
  };
}

/** Without a schema: calls the resolvers of the root fields and picks what was asked for. */
function follow(document: DocumentNode, variables: Arguments, resolvers: Resolvers): GraphqlAnswer {
  const operation = getOperationAST(document) as OperationDefinitionNode;
  try {
    const data: Record<string, unknown> = {};
    for (const selection of operation.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD) continue;
      const resolve = resolvers[selection.name.value];
      if (!resolve) throw new Error(`Cannot query field "${selection.name.value}"`);
      const args = Object.fromEntries(
        (selection.arguments ?? []).map(({ name, value }) => [
          name.value,
          valueFromASTUntyped(value, variables as never),
        ]),
      );
      data[selection.name.value] = picked(resolve(args), selection.selectionSet);
    }
    return { data };
  } catch (error) {
    return { data: null, errors: [{ message: (error as Error).message }] };
  }
}

function picked(value: unknown, set: SelectionSetNode | undefined): unknown {
  if (!set || value === null || value === undefined) return value ?? null;
  if (Array.isArray(value)) return value.map((item) => picked(item, set));
  const from = value as Record<string, unknown>;
  return Object.fromEntries(
    set.selections.flatMap((selection) =>
      selection.kind === Kind.FIELD
        ? [[selection.name.value, picked(from[selection.name.value], selection.selectionSet)]]
        : [],
    ),
  );
}
