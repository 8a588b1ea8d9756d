import { Config } from '@pulumi/pulumi';
import { contextOf } from '../cloud/context.ts';
import { normalizeCloudSettings } from '../cloud/settings.ts';
import type { CloudEnvironment } from '../environments/environment.ts';
import type { Layer } from '../environments/named.ts';

/** One layer of a cloud environment; answers what its stack tells. */
export async function cloudLayer(environment: CloudEnvironment, layer: Layer): Promise<Record<string, unknown>> {
  const context = contextOf(environment, normalizeCloudSettings(new Config(), environment, layer));
  // Each layer loads the packages of its own vendors only.
  if (layer === 'data') return (await import('./cloud-data.ts')).dataLayer(context);
  return (await import('./cloud-app.ts')).appLayer(context);
}
