import type { CloudEnvironment } from '../environments/environment.ts';
import type { CloudSettings } from './settings.ts';

/** Public names of an environment: prod has the bare ones, others their name in between. */
export interface Addresses {
  readonly api: string;
  readonly stream: string;
  readonly app: string;
}

export function addressesOf(environment: CloudEnvironment, { domain }: CloudSettings): Addresses {
  const zone = environment.switches.production ? domain : `${environment.name}.${domain}`;
  return { api: `api.${zone}`, stream: `stream.${zone}`, app: `app.${zone}` };
}
