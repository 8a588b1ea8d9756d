import { dirname } from 'node:path';
import { services, type ServiceSpec } from '@keelson/catalogue';
import { found, must, type Behaviour, type Life } from '../life.ts';
import { carried, connected, containerOf, migration, reached, reachedPrivately } from '../network.ts';

/** Which variable leads a service to another one of the private network. */
const VENUE = 'PAPER_BROKER_URL';

function ofService(spec: ServiceSpec): readonly Behaviour[] {
  const { name, needs } = spec;
  const postgres: Behaviour = {
    name: `${name} logs in to its Postgres through the pooler, with TLS`,
    act(life) {
      const container = containerOf(life, name);
      const { pooler } = connected(life, container, 'DATABASE_URL');
      must(pooler.pool_mode === 'transaction', 'the pooler keeps a connection for each client');
    },
  };
  const sessions: Behaviour = {
    name: `${name} keeps its locks on a session of its own`,
    act: (life) => void connected(life, containerOf(life, name), 'DATABASE_DIRECT_URL'),
  };
  return [
    ...(needs.includes('postgres') ? [postgres] : []),
    ...('DATABASE_DIRECT_URL' in spec.env.shape ? [sessions] : []),
    ...(needs.includes('redis')
      ? [{ name: `${name} reaches Redis, with TLS`, act: (life: Life) => carried(life, containerOf(life, name)) }]
      : []),
    ...(VENUE in spec.env.shape ? [venueOf(name)] : []),
    {
      name: `who watches ${name} reads its metrics inside the private network`,
      act: (life) => void reachedPrivately(life, `${name}.railway.internal`, '8080'),
    },
  ];
}

function venueOf(name: string): Behaviour {
  return {
    name: `${name} places an order at the paper venue`,
    act(life) {
      const url = new URL(found(containerOf(life, name).variables[VENUE], `${name} knows no venue`));
      must(reachedPrivately(life, url.hostname, url.port).spec.name === 'paper-broker', `${url.host} is no venue`);
    },
  };
}

/** The paper venue's one volume, where its log is. */
function venueVolume(life: Life) {
  const { serviceId, variables } = containerOf(life, 'paper-broker');
  const volumes = [...life.vendors.railway.world.volumes.values()];
  const volume = found(
    volumes.find(({ instance }) => instance.serviceId === serviceId),
    'what the venue writes ends with its container',
  );
  const folder = dirname(String(variables['PAPER_LOG_FILE']));
  must(volume.instance.mountPath === folder, `the venue writes to ${folder}, where no volume is`);
  return volume;
}

const together: readonly Behaviour[] = [
  {
    name: 'a new version meets a schema that is as new as itself',
    act: (life) => void migration(life),
  },
  {
    name: 'who deploys a version that hangs keeps the one before',
    act(life) {
      for (const { name, ready } of services) {
        must(containerOf(life, name).settings['healthcheckPath'] === ready, `${name} is believed without a look`);
      }
    },
  },
  { name: 'a trader on paper finds yesterday’s orders at the venue', act: (life) => void venueVolume(life) },
  {
    name: 'an operator gets the log of the venue back after a slip',
    act(life) {
      const { backups } = venueVolume(life);
      must(!life.environment.switches.production || backups.includes('DAILY'), 'nobody keeps a copy of it');
    },
  },
  {
    name: 'an alert of the night is taken while nobody looks',
    act(life) {
      const { settings } = reached(life, life.addresses.api);
      must(!life.environment.switches.production || settings['sleepApplication'] === false, 'the api sleeps');
    },
  },
];

export const behavioursOfServices: readonly Behaviour[] = [...services.flatMap(ofService), ...together];
