import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { vendorSchema } from '../vendor-schemas.ts';

/** What a vendor can be told: its input types (or requests with a body), each with its fields in order of their names. */
export type FieldList = Readonly<Record<string, readonly string[]>>;

export const vendors = ['railway', 'supabase', 'upstash'] as const;
export type Vendor = (typeof vendors)[number];

interface Introspection {
  readonly __schema: {
    readonly types: readonly { kind: string; name: string; inputFields?: readonly { name: string }[] | null }[];
  };
}

/** Input types of a GraphQL introspection. */
function fromIntrospection(text: string): FieldList {
  const read = JSON.parse(text) as Introspection & { data?: Introspection };
  const { types } = (read.data ?? read).__schema;
  return ordered(
    types
      .filter(({ kind }) => kind === 'INPUT_OBJECT')
      .map(({ name, inputFields }) => [name, (inputFields ?? []).map((field) => field.name)]),
  );
}

interface BodySchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { requestBody?: Body }>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, BodySchema>> };
}
interface Body {
  readonly content?: Readonly<Record<string, { schema?: BodySchema }>>;
}

/** Requests of an OpenAPI document that have a JSON body with named fields. */
function fromOpenApi(text: string): FieldList {
  const document = parse(text) as OpenApi;
  const fieldsOf = (schema: BodySchema | undefined): string[] => {
    const referred = schema?.$ref?.split('/').at(-1);
    const found = referred === undefined ? schema : document.components?.schemas?.[referred];
    return Object.keys(found?.properties ?? {});
  };
  const requests = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody }]): [string, string[]] => [
      `${method.toUpperCase()} ${path}`,
      fieldsOf(requestBody?.content?.['application/json']?.schema),
    ]),
  );
  return ordered(requests.filter(([, fields]) => fields.length > 0));
}

function ordered(entries: readonly (readonly [string, readonly string[]])[]): FieldList {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, fields]) => [name, [...fields].sort()]));
}

const SOURCES: Readonly<Record<Vendor, readonly [file: string, read: (text: string) => FieldList]>> = {
  railway: ['railway-graphql-introspection.json', fromIntrospection],
  supabase: ['supabase-management-openapi.json', fromOpenApi],
  upstash: ['upstash-developer-openapi.yml', fromOpenApi],
};

/** The list as the vendor's own schema has it; undefined where that is not at hand. */
export function derivedFields(vendor: Vendor): FieldList | undefined {
  const [file, read] = SOURCES[vendor];
  const text = vendorSchema(file);
  return text === undefined ? undefined : read(text);
}

/** `node infra/rehearsal/fields/derive.ts` writes the lists anew, where the schemas are. */
if (process.argv[1] === import.meta.filename) {
  for (const vendor of vendors) {
    const fields = derivedFields(vendor);
    if (!fields) throw new Error(`The schema of ${vendor} is not here; set KEELSON_VENDOR_SCHEMAS to its folder`);
    writeFileSync(join(import.meta.dirname, 'lists', `${vendor}.json`), `${JSON.stringify(fields, undefined, 2)}\n`);
  }
}
