import { compose } from './compose.ts';
import { envExample } from './env-example.ts';
import { k6Targets } from './k6-targets.ts';
import { lifeOfAnOrder } from './life-of-an-order.ts';
import { nestCli } from './nest-cli.ts';
import { parityPage } from './parity-page.ts';
import type { Renderer } from './renderer.ts';
import { schema } from './schema.ts';
import { servicesPage } from './services-page.ts';
import { vendorFields } from './vendor-fields.ts';

/** Every file that `npm run render` writes. A new one is a file in this folder and a line here. */
export const renderers: readonly Renderer[] = [
  compose,
  nestCli,
  envExample,
  k6Targets,
  lifeOfAnOrder,
  servicesPage,
  parityPage,
  vendorFields,
  schema,
];
