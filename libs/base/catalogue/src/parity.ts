import type { Resources, Scaling, ServiceSpec } from './service.ts';

/** Everything that the catalogue can say of a service, one by one. */
export type CatalogueOption =
  Exclude<keyof ServiceSpec, 'scaling' | 'resources'> | `scaling.${keyof Scaling}` | `resources.${keyof Resources}`;

/** Where services run, as far as it is built. Kubernetes is to come. */
export type TargetName = 'local' | 'compose' | 'railway';

/** What a target makes of an option; or why it makes nothing of it, and what somebody who runs there loses. */
export type Reading = string | { readonly because: string; readonly loses: string };

const notATargets = (who: string): Record<TargetName, Reading> => {
  const reading = { because: `${who}, on every target`, loses: 'nothing' };
  return { local: reading, compose: reading, railway: reading };
};
const unread = (because: string, loses: string): Reading => ({ because, loses });

/** What each target makes of each option. Tests hold it against what the targets really read. */
export const parity: Readonly<Record<CatalogueOption, Readonly<Record<TargetName, Reading>>>> = {
  name: { local: 'name of its instances', compose: 'name of the container', railway: 'name of the service' },
  purpose: notATargets('it is for people: pages are rendered from it'),
  source: {
    local: 'what a build is made of',
    compose: unread('the image has all services', 'nothing'),
    railway: unread('the image has all services', 'nothing'),
  },
  entry: { local: 'file that Node runs', compose: 'file that Node runs', railway: 'start command' },
  portOffset: {
    local: 'port of the first instance; others are ten apart',
    compose: 'port on the host, for what is public',
    railway: unread('containers all listen on 8080 and are told apart by name', 'nothing'),
  },
  live: {
    local: unread('what ends is started again', 'a process that hangs without ending stays until somebody restarts it'),
    compose: unread('its one check asks for readiness', 'a process that hangs is shown unhealthy, and stays'),
    railway: unread(
      'it checks at a deployment only',
      'a process that hangs without ending stays until it is deployed again',
    ),
  },
  ready: {
    local: 'awaited by `up`, and by what comes after it',
    compose: 'health check of the container',
    railway: 'health check of a deployment; nothing unhealthy replaces what runs',
  },
  exposure: {
    local: unread(
      'everything listens on this machine alone',
      'nobody notices here that a private service is asked from outside',
    ),
    compose: 'what is public has a port on the host',
    railway: 'what is public has a domain of ours, with DNS and a certificate; only that may sleep',
  },
  runs: notATargets('a service’s own composition: its process runs these steps'),
  needs: {
    local: 'starts after the stores, and ends before them',
    compose: 'starts after the stores are healthy',
    railway: unread(
      'stores belong to another stack, which is up before',
      'a restart of a store is met by reconnecting, not by waiting',
    ),
  },
  after: {
    local: 'starts after them, and ends before them',
    compose: 'starts after they are healthy',
    railway: 'deployed after they are healthy',
  },
  env: {
    local: 'its variables, checked, and no others',
    compose: 'its variables',
    railway: 'its variables, sealed; another one is gone at the next `up`',
  },
  secrets: notATargets('all variables are sealed alike, and .env.example names these'),
  'scaling.replicas': {
    local: 'processes; `workerReplicas` overrides those of the worker',
    compose: 'replicas',
    railway: 'replicas in each region, times the factor of the size',
  },
  'scaling.maximum': {
    local: 'more are refused',
    compose: unread(
      '`docker compose up --scale` has no limit',
      'a second `beat` can be started by hand; its lease keeps it idle',
    ),
    railway: 'more are refused; one that may be only one is never multiplied',
  },
  'resources.cpu': {
    local: unread('processes share the machine', 'one that is busy slows the others down'),
    compose: 'limit of the container',
    railway: 'limit of each replica',
  },
  'resources.memoryMib': {
    local: 'size of the heap, and replaced when it grows beyond',
    compose: 'limit of the container',
    railway: 'limit of each replica',
  },
  rollout: {
    local: unread(
      'an instance ends before its next one starts, always',
      'a new version is a short gap where one instance runs',
    ),
    compose: unread('a container ends before its next one starts, always', 'a new version is a short gap'),
    railway: 'rolling: old and new overlap by ten seconds; recreate: they never do',
  },
  drainWithin: {
    local: 'time between the stop signal and the kill',
    compose: 'grace period',
    railway: 'seconds of draining',
  },
  objectives: notATargets('alerts and load tests are made of them'),
  rateLimits: notATargets('the service limits by itself, with counters in Redis'),
};
