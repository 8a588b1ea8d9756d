import type { ProviderDefinition } from '../../src/providers/plugin/definition.ts';
import { serveProvider, type ServedProvider } from '../../src/providers/plugin/serve.ts';
import { cloudflareDouble } from './cloudflare.ts';
import { type DoubledVendor, doubleOf } from './double.ts';
import { githubDouble } from './github.ts';
import { vercelDouble } from './vercel.ts';

export interface DoubledVendors {
  readonly cloudflare: DoubledVendor;
  readonly vercel: DoubledVendor;
  readonly github: DoubledVendor;
}

/** The stand-ins for the official plugins, as the engine reaches them: ports of this process, not processes. */
export class ServedDoubles {
  readonly #definitions: readonly ProviderDefinition<DoubledVendor>[];
  readonly #served = new Map<string, ServedProvider>();

  constructor({ cloudflare, vercel, github }: DoubledVendors) {
    this.#definitions = [
      doubleOf(cloudflare, cloudflareDouble),
      doubleOf(vercel, vercelDouble),
      doubleOf(github, githubDouble),
    ];
  }

  /** Serves each that is not served. */
  async serve(): Promise<void> {
    for (const definition of this.#definitions) {
      if (this.#served.has(definition.name)) continue;
      this.#served.set(definition.name, await serveProvider(definition, async () => undefined));
    }
  }

  /** What leads an engine to them: `name:port`. */
  get ports(): readonly string[] {
    return [...this.#served].map(([name, { port }]) => `${name}:${port}`);
  }

  /** Ends one at once, as a plugin that is killed: every call is cut. False for a vendor that is no double. */
  kill(name: string): boolean {
    const served = this.#served.get(name);
    served?.close();
    return this.#served.delete(name);
  }

  close(): void {
    for (const name of [...this.#served.keys()]) this.kill(name);
  }
}
