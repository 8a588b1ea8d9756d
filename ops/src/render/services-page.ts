import { metrics, queues, type Objective, type ScheduleSpec, type ServiceSpec } from '@keelson/catalogue';
import { generated, markdownTable, type Renderer, type RenderSource } from './renderer.ts';
import { variablesOf } from './environment.ts';

const none = '–';
const list = (items: readonly string[]): string => (items.length > 0 ? items.join(', ') : none);

function servicesTable(services: readonly ServiceSpec[]): string {
  return markdownTable(
    ['service', 'purpose', 'port', 'exposure', 'runs', 'needs', 'starts after', 'replicas', 'rollout', 'drains within'],
    services.map((service) => [
      `[${service.name}](../${service.source})`,
      service.purpose,
      `base + ${service.portOffset}`,
      service.exposure,
      list(service.runs),
      list(service.needs),
      list(service.after),
      `${service.scaling.replicas} to ${service.scaling.maximum}`,
      service.rollout,
      service.drainWithin,
    ]),
  );
}

function objectivesTable(services: readonly ServiceSpec[]): string {
  const owners = new Map<Objective, string[]>();
  for (const { name, objectives } of services) {
    for (const objective of objectives) owners.set(objective, [...(owners.get(objective) ?? []), name]);
  }
  return markdownTable(
    ['objective', 'services', 'target', 'good is', 'latency', 'counted', 'from'],
    [...owners].map(([objective, names]) => [
      objective.name,
      names.join(', '),
      `${objective.target} % over ${objective.window}`,
      objective.good,
      objective.latency ? `p${objective.latency.percentile} within ${objective.latency.withinMs} ms` : none,
      objective.duringSession ? 'in trading sessions' : 'always',
      objective.source,
    ]),
  );
}

function environmentTable(services: readonly ServiceSpec[]): string {
  return markdownTable(
    ['service', 'required', 'with a default'],
    services.map((service) => {
      const variables = variablesOf(service);
      const code = (names: readonly { name: string }[]): string => list(names.map(({ name }) => `\`${name}\``));
      return [
        service.name,
        code(variables.filter(({ required }) => required)),
        code(variables.filter(({ required }) => !required)),
      ];
    }),
  );
}

/** `1 second`, or `08:30 New York, days with a session of XNYS`. */
function whenOf({ every, times }: ScheduleSpec): string {
  if (!times) return every;
  const { at, days, timeZone } = times;
  const place = timeZone.split('/')[1]!.replace('_', ' ');
  const time = typeof at === 'string' ? `${at} ${place}` : `${at.afterClose} after the close`;
  return `${time}, ${'weekday' in days ? `${days.weekday}s` : `days with a session of ${days.sessionsOf}`}`;
}

function page({ services, datastores, schedules }: RenderSource): string {
  const stores = datastores.map((store) => [store.name, store.purpose, `base + ${store.portOffset}`, store.image]);
  const ticks = schedules.map((schedule) => [schedule.name, whenOf(schedule), schedule.purpose]);
  return [
    '# Services',
    'The port base is 3000 unless `KEELSON_PORT_BASE` says otherwise; replicas on one machine are ten ports apart.',
    servicesTable(services),
    '## Datastores',
    markdownTable(['store', 'purpose', 'port', 'image with Docker'], stores),
    '## Objectives',
    objectivesTable(services),
    '## Schedules',
    'Run by `beat`; a missed tick is not made up for, each run looks at the state as it is.',
    markdownTable(['schedule', 'every', 'purpose'], ticks),
    '## Queues',
    markdownTable(
      ['queue', 'purpose'],
      Object.entries(queues).map(([name, { purpose }]) => [name, purpose]),
    ),
    '## Metrics',
    'What a service may export at `/metrics`; alerts may only name these.',
    markdownTable(
      ['metric', 'kind', 'labels', 'meaning'],
      metrics.map(({ name, kind, labels, help }) => [`\`${name}\``, kind, list(labels), help]),
    ),
    '## Configuration',
    'Meaning, choices and defaults: [.env.example](../.env.example).',
    environmentTable(services),
  ].join('\n\n');
}

/** What runs, on which port, with which promises. */
export const servicesPage: Renderer = {
  path: 'docs/services.md',
  async render(source) {
    return `${generated.markdown}\n${page(source).replace(/\n{3,}/g, '\n\n')}`;
  },
};
