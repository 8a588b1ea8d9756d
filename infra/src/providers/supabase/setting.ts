import type { z } from 'zod';
import type { ResourceHandler } from '../plugin/handler.ts';
import type { Properties } from '../plugin/wire.ts';
import { projectPath, type SupabaseApi } from './api.ts';

/** Settings that every project has: they are only ever read and set. */
export interface SettingSpec<Inputs extends { readonly ref: string }, Shown> {
  /** For messages: `the pooler's configuration`. */
  readonly what: string;
  readonly schema: z.ZodType<Inputs>;
  readonly path: string;
  /** How the API shows them, and what of it are inputs; `wanted` helps where it does not show something. */
  readonly shown: z.ZodType<Shown>;
  readonly inputsOf: (shown: Shown, wanted: Inputs) => Properties;
  readonly change: {
    readonly method: 'PUT' | 'PATCH' | 'POST';
    readonly path?: string;
    readonly body: (wanted: Inputs) => unknown;
  };
}

/**
 * A resource for settings that a project has from its first day. Creating it sets them; deleting it leaves them, because
 * a setting is never gone, and turning TLS or restrictions off on the way out would be worse than leaving them.
 */
export function settingHandler<Inputs extends { readonly ref: string }, Shown>(
  spec: SettingSpec<Inputs, Shown>,
): ResourceHandler<SupabaseApi, Inputs> {
  const set = async (api: SupabaseApi, wanted: Inputs, signal: AbortSignal): Promise<void> => {
    await api.do({
      what: `set ${spec.what}`,
      method: spec.change.method,
      path: projectPath(wanted.ref, spec.change.path ?? spec.path),
      body: spec.change.body(wanted),
      repeatable: true,
      signal,
    });
  };
  return {
    schema: spec.schema,
    secretOutputs: [],
    replaceOn: ['ref'],
    planned: async () => ({}),
    async create(api, wanted, { signal }) {
      await set(api, wanted, signal);
      return { id: `${wanted.ref}${spec.path}`, outputs: {} };
    },
    async update(api, wanted, _before, { signal }) {
      await set(api, wanted, signal);
      return {};
    },
    async read(api, wanted, _before, { signal }) {
      const shown = await api.find({
        what: `read ${spec.what}`,
        method: 'GET',
        path: projectPath(wanted.ref, spec.path),
        answer: spec.shown,
        repeatable: true,
        signal,
      });
      return shown === undefined
        ? undefined
        : { inputs: { ref: wanted.ref, ...spec.inputsOf(shown, wanted) }, outputs: {} };
    },
    delete: async () => undefined,
  };
}
