import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { vendorSchema } from '../vendor-schemas.ts';
import type { EmulatedAnswer, EmulatedRequest } from './http-emulator.ts';
import { SchemaChecks } from './violations.ts';

interface Operation {
  readonly requestBody?: { readonly required?: boolean; readonly content?: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}
type Content = Readonly<Record<string, { readonly schema?: object }>>;
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

interface ObjectSchema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<
    Record<string, { readonly nullable?: boolean; readonly type?: string; readonly enum?: readonly unknown[] }>
  >;
}

function emptiest(schema: NonNullable<ObjectSchema['properties']>[string]): unknown {
  // The documents list values of a nullable one without null: the first is the only answer that they allow.
  if (schema.enum) return schema.enum[0];
  if (schema.nullable === true) return null;
  const empty: Readonly<Record<string, unknown>> = {
    string: '',
    number: 0,
    integer: 0,
    boolean: false,
    array: [],
    object: {},
  };
  return empty[schema.type ?? ''] ?? null;
}

/** Published documents are not valid to the letter; what they say of a value still counts. */
const LENIENT = { strict: false, allErrors: true, validateFormats: true } as const;

/** Without a type `nullable` means nothing, and the validator refuses it. */
function accepted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(accepted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'nullable' || 'type' in value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, accepted(inner)]));
}

function pattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
}

/** Holds every request and answer of an emulator against the vendor's OpenAPI document; without one, nothing is held. */
export class OpenApiChecks extends SchemaChecks {
  readonly #document: Document | undefined;
  readonly #ajv = new Ajv(LENIENT);
  readonly #compiled = new Map<object, ValidateFunction>();
  readonly #paths: readonly (readonly [RegExp, string])[];

  constructor(vendor: string, file: string, title: string) {
    const text = vendorSchema(file);
    super(vendor, text === undefined ? undefined : `${title} (${file})`);
    // The default export of a CommonJS package is its namespace.
    (addFormats as unknown as { default: (ajv: Ajv) => void }).default(this.#ajv);
    this.#document = text === undefined ? undefined : (accepted(parse(text)) as Document);
    // A literal part goes before a parameter: /redis/databases before /redis/{id}.
    const names = Object.keys(this.#document?.paths ?? {});
    const parameters = (path: string): number => (path.match(/\{/g) ?? []).length;
    this.#paths = names.sort((a, b) => parameters(a) - parameters(b)).map((path) => [pattern(path), path] as const);
  }

  /** Problems of a request; an operation that the document does not have is one. `path` is that of the document. */
  request(operation: string, { method, path, body }: Pick<EmulatedRequest, 'method' | 'path' | 'body'>): boolean {
    if (!this.#document) return true;
    const found = this.#operation(method, path);
    if (!found) {
      this.add(operation, 'request', [`${method} ${path} is not in the vendor's document`]);
      return false;
    }
    const schema = found.requestBody?.content?.['application/json']?.schema;
    const problems =
      schema === undefined || (body === undefined && !found.requestBody?.required) ? [] : this.#problems(schema, body);
    this.add(operation, 'request', problems);
    return problems.length === 0;
  }

  /** Records what is wrong with an answer of the emulator: a wrong answer would rehearse a vendor that does not exist. */
  answer(operation: string, { method, path }: Pick<EmulatedRequest, 'method' | 'path'>, answer: EmulatedAnswer): void {
    const found = this.#document && this.#operation(method, path);
    if (!found || answer.status >= 400) return;
    const described = found.responses[String(answer.status)] ?? found.responses['default'];
    if (!described) {
      this.add(operation, 'answer', [`status ${answer.status} is not in the vendor's document`]);
      return;
    }
    const schema = described.content?.['application/json']?.schema;
    if (schema !== undefined) this.add(operation, 'answer', this.#problems(schema, answer.body));
  }

  /** An object answer with every required property at its emptiest value; nothing where there is no document. */
  blank({ method, path }: Pick<EmulatedRequest, 'method' | 'path'>): Record<string, unknown> {
    const schema = this.#operation(method, path)?.responses['200']?.content?.['application/json']?.schema;
    const { required = [], properties = {} } = this.#resolved(schema);
    return Object.fromEntries(required.map((name) => [name, emptiest(properties[name] ?? {})]));
  }

  #resolved(schema: object | undefined): ObjectSchema {
    const reference = (schema as { $ref?: string } | undefined)?.$ref?.split('/').at(-1);
    if (reference === undefined) return (schema ?? {}) as ObjectSchema;
    return (this.#document?.components as { schemas: Record<string, ObjectSchema> }).schemas[reference] ?? {};
  }

  #operation(method: string, path: string): Operation | undefined {
    const name = this.#paths.find(([regexp]) => regexp.test(path))?.[1];
    return name === undefined ? undefined : this.#document?.paths[name]?.[method.toLowerCase()];
  }

  #problems(schema: object, value: unknown): string[] {
    let validate = this.#compiled.get(schema);
    if (!validate) {
      validate = this.#ajv.compile({ ...schema, components: this.#document!.components });
      this.#compiled.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'body'} ${message ?? ''}`);
  }
}
