import { api } from './services/api.ts';
import { beat } from './services/beat.ts';
import { paperBroker } from './services/paper-broker.ts';
import { streamGateway } from './services/stream-gateway.ts';
import { worker } from './services/worker.ts';
import type { ServiceSpec } from './service.ts';

/** Every service, in the order in which a person meets them. Adding one is a file in services/ and a line here. */
export const services: readonly ServiceSpec[] = [api, worker, beat, streamGateway, paperBroker];

/** The spec of a service by name; throws with the names that exist. */
export function serviceNamed(name: string, among: readonly ServiceSpec[] = services): ServiceSpec {
  const found = among.find((spec) => spec.name === name);
  if (!found) throw new Error(`No service is named "${name}"; there are ${among.map((spec) => spec.name).join(', ')}`);
  return found;
}
