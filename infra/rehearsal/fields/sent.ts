import { Kind, parse, type TypeNode } from 'graphql';
import type { EmulatedRequest } from '../emulator/http-emulator.ts';
import { listedFields } from './decision.ts';
import { vendors, type FieldList, type Vendor } from './derive.ts';

/** Fields that were really sent, by vendor and type. */
export type Sent = Readonly<Record<Vendor, FieldList>>;

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

/** Input types of a GraphQL request with the fields that it fills; what is inside of a field is left to its own type. */
function ofGraphql({ query, variables }: { query: string; variables: Record<string, unknown> }): [string, string[]][] {
  const definitions = parse(query).definitions.flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION ? (one.variableDefinitions ?? []) : [],
  );
  return definitions
    .map(({ variable, type }): [string, string[]] => {
      const value = variables[variable.name.value];
      return [namedType(type), typeof value === 'object' && value !== null ? Object.keys(value) : []];
    })
    .filter(([type]) => type.endsWith('Input'));
}

/** The request of the vendor's document that a path belongs to; one without parameters goes before one with. */
function documented(list: FieldList, method: string, path: string): string | undefined {
  const patternOf = (name: string): RegExp => new RegExp(`^${name.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
  const fits = Object.keys(list).filter((name) => patternOf(name).test(`${method} ${path}`));
  return fits.sort((a, b) => a.split('{').length - b.split('{').length)[0];
}

/** Remembers which fields the providers fill; never a value. */
export class SentFields {
  readonly #sent = new Map<Vendor, Map<string, Set<string>>>(vendors.map((vendor) => [vendor, new Map()]));
  readonly #lists = new Map(vendors.map((vendor) => [vendor, listedFields(vendor)]));

  note(vendor: Vendor, { method, path, body }: EmulatedRequest): void {
    if (typeof body !== 'object' || body === null) return;
    if (vendor === 'railway') {
      const request = body as Parameters<typeof ofGraphql>[0];
      for (const [type, fields] of ofGraphql(request)) this.#add(vendor, type, fields);
      return;
    }
    // The paths of Upstash's document begin after its server's /v2.
    const name = documented(this.#lists.get(vendor) ?? {}, method, path.replace(/^\/v2\//, '/'));
    this.#add(vendor, name ?? `${method} ${path}`, Object.keys(body));
  }

  get sent(): Sent {
    const listOf = (vendor: Vendor): FieldList =>
      Object.fromEntries([...(this.#sent.get(vendor) ?? [])].map(([type, fields]) => [type, [...fields].sort()]));
    return { railway: listOf('railway'), supabase: listOf('supabase'), upstash: listOf('upstash') };
  }

  #add(vendor: Vendor, type: string, fields: readonly string[]): void {
    const types = this.#sent.get(vendor);
    types?.set(type, new Set([...(types.get(type) ?? []), ...fields]));
  }
}
