import type { Objective, ServiceSpec } from '@keelson/catalogue';
import { generatedJson, type Renderer } from './renderer.ts';

/** Port base of `npm start`; KEELSON_PORT_BASE moves all ports of a stack together. */
const PORT_BASE = 3_000;

/** An objective as k6 writes thresholds: the share of failures, and the latency where the objective bounds it. */
function thresholds({ target, latency, duringSession }: Objective): object {
  const failed = Number(((100 - target) / 100).toFixed(6));
  return {
    failed: [`rate<${failed}`],
    ...(latency && { duration: [`p(${latency.percentile})<${latency.withinMs}`] }),
    duringSession,
  };
}

function target(service: ServiceSpec): object {
  const { portOffset, live, ready, exposure, objectives } = service;
  return { portOffset, live, ready, exposure, objectives: objectives.map(({ name }) => name) };
}

/** What the load scripts aim at and must hold. They import nothing else of ours, so that k6 alone can run them. */
export const k6Targets: Renderer = {
  path: 'load-tests/targets.json',
  async render({ services }) {
    const objectives = new Map(services.flatMap((service) => service.objectives.map((each) => [each.name, each])));
    return generatedJson({
      portBase: PORT_BASE,
      services: Object.fromEntries(services.map((service) => [service.name, target(service)])),
      thresholds: Object.fromEntries([...objectives].map(([name, objective]) => [name, thresholds(objective)])),
    });
  },
};
