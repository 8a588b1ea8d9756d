import { Config, getStack, runtime } from '@pulumi/pulumi';
import { services } from '@keelson/catalogue';
import { environmentNamed } from './environments/named.ts';
import { appLayer } from './layers/app.ts';
import { dataLayer } from './layers/data.ts';
import { normalizeSettings } from './settings.ts';
import { requireBuilt } from './targets/local/built.ts';
import { openLocalTarget } from './targets/local/target.ts';

/** The program: stack → environment → target → the data layer, and the services on top of it. */
const environment = environmentNamed(getStack());
const target = openLocalTarget(environment, normalizeSettings(new Config()), services);
if (!runtime.isDryRun()) requireBuilt(target.repository, services);
const data = dataLayer(target, environment);
const app = appLayer(target, data, services);

/** Addresses by instance. */
export const urls = Object.fromEntries(app.flatMap(({ plan }) => plan.instances.map(({ name, url }) => [name, url])));
