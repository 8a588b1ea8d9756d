import { Config, runtime } from '@pulumi/pulumi';
import { services } from '@keelson/catalogue';
import type { LocalEnvironment } from '../environments/environment.ts';
import { normalizeSettings } from '../settings.ts';
import { requireBuilt } from '../targets/local/built.ts';
import { openLocalTarget } from '../targets/local/target.ts';
import { appLayer } from './local-app.ts';
import { dataLayer } from './local-data.ts';

/** Both layers on this machine; answers the addresses by instance. */
export function localLayers(environment: LocalEnvironment): Record<string, string> {
  const target = openLocalTarget(environment, normalizeSettings(new Config()), services);
  if (!runtime.isDryRun()) requireBuilt(target.repository, services);
  const data = dataLayer(target, environment);
  const app = appLayer(target, data, services);
  return Object.fromEntries(app.flatMap(({ plan }) => plan.instances.map(({ name, url }) => [name, url])));
}
