import type { Stage } from '../stage.ts';

const DEPLOYMENT = 'vercel:index/deployment:Deployment';

/** Everything that the vendors have, each by its natural key. Two of the same are a duplicate; one more an orphan. */
export function inventoryOf(stage: Stage): readonly string[] {
  const { world } = stage.railway;
  const service = (id: string): string => world.services.get(id)?.name ?? id;
  const kept = [
    ...[...world.projects.values()].flatMap(({ name, environments }) => [
      `railway project ${name}`,
      ...environments.map((environment) => `railway environment ${name}/${environment.name}`),
    ]),
    ...[...world.services.values()].map(({ name }) => `railway service ${name}`),
    ...[...world.instances.keys()].map((key) => `railway instance ${service(key.split('/')[0] ?? '')}`),
    ...[...world.domains.values()].map(({ domain }) => `railway domain ${domain}`),
    ...[...world.volumes.values()].map(
      ({ instance }) => `railway volume ${service(instance.serviceId)}:${instance.mountPath}`,
    ),
    ...[...world.tokens.values()].map(({ name }) => `railway token ${name}`),
    ...[...world.endpoints.values()].map(({ dnsName }) => `railway endpoint ${dnsName}`),
    ...[...stage.supabase.world.projects.values()].flatMap((project) => [
      `supabase project ${project.name}`,
      ...project.apiKeys.map(({ name, type }) => `supabase key ${type} ${name}`),
      ...project.signingKeys.map(({ algorithm, status }) => `supabase signing key ${algorithm} ${status}`),
      ...[...project.addons].map(([type, variant]) => `supabase add-on ${type} ${variant}`),
      ...[...project.extensions].map((name) => `supabase extension ${name}`),
      ...project.replicas.map(({ region }) => `supabase replica ${region}`),
    ]),
    ...[...stage.upstash.databases.values()].map(({ database_name: name }) => `upstash database ${name}`),
    ...doubledOf(stage),
  ];
  return kept.sort();
}

/**
 * What the vendors behind official providers have. Deployments of the same files count once: the newest is what is seen,
 * and every earlier one is its project's history, which nobody manages and which goes with the project.
 */
function doubledOf({ doubles, vercel }: Stage): readonly string[] {
  const projects = vercel.ofType('vercel:index/project:Project');
  const kept = doubles.flatMap((vendor) => [...vendor.kept.values()]);
  const named = kept.map(({ type, key }) => {
    const project = projects.find(({ id }) => key.startsWith(id));
    return { type, entry: `${type} ${project ? key.replace(project.id, project.key) : key}` };
  });
  const history = named.filter(({ type }) => type === DEPLOYMENT).map(({ entry }) => entry);
  return [...named.filter(({ type }) => type !== DEPLOYMENT).map(({ entry }) => entry), ...new Set(history)];
}

/** What is there more than once. */
export function duplicatesIn(found: readonly string[]): readonly string[] {
  return found.filter((entry, index) => found.indexOf(entry) !== index);
}

/** What is there and should not be, and what should be and is not; both empty when an `up` has converged. */
export function differenceOf(
  wanted: readonly string[],
  found: readonly string[],
): { readonly tooMuch: readonly string[]; readonly missing: readonly string[] } {
  const left = [...wanted];
  const tooMuch: string[] = [];
  for (const entry of found) {
    const index = left.indexOf(entry);
    if (index < 0) tooMuch.push(entry);
    else left.splice(index, 1);
  }
  return { tooMuch, missing: left };
}
