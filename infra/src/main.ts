// First: the SDK's debug messages hold secrets.
import './quiet-debug.ts';
import { getStack } from '@pulumi/pulumi';
import { placeOf } from './environments/named.ts';

/** The program: stack → environment and layer → its resources. A stack loads no code of targets that are not its own. */
const { environment, layer } = placeOf(getStack());

/** What the stack tells: addresses on one machine; in a cloud, what the other stack and a person need to know. */
export default environment.target === 'local'
  ? { urls: (await import('./layers/local.ts')).localLayers(environment) }
  : (await import('./layers/cloud.ts')).cloudLayer(environment, layer);
