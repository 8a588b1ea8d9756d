import type { Resources, Scaling } from '@keelson/catalogue';

/**
 * What may differ between environments: sizes and switches. What a service is, needs and offers is in the catalogue,
 * the same for all; anything else here does not compile.
 */
export interface Environment {
  readonly name: 'local';
  readonly services: Readonly<
    Record<string, { readonly scaling?: Partial<Scaling>; readonly resources?: Partial<Resources> }>
  >;
  readonly postgres: { readonly maxConnections: number; readonly sharedBuffersMib: number };
  readonly switches: {
    /** A demo team with an account and a webhook key. */
    readonly demoData: boolean;
  };
}
