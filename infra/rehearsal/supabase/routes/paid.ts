import { randomUUID } from 'node:crypto';
import type { Routes } from '../../emulator/routes.ts';
import type { SupabaseWorld } from '../world.ts';
import { type Body, made, ofProject, ok, refused } from './answers.ts';

/** What is billed on top: add-ons and read replicas. */
export function paidRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const variant = (id: string): Body => ({
    id,
    name: id,
    price: { description: '', type: 'fixed', interval: 'monthly', amount: 10 },
  });
  return [
    [
      `GET ${base}/billing/addons`,
      ofProject(world, ({ addons }) =>
        ok({
          selected_addons: [...addons].map(([type, id]) => ({ type, variant: variant(id) })),
          available_addons: [],
        }),
      ),
    ],
    [
      `PATCH ${base}/billing/addons`,
      ofProject(world, (project, { addon_type: type, addon_variant: id }) => {
        // The vendor sells no recovery for the smallest computers.
        const small = ['ci_nano', 'ci_micro'].includes(project.addons.get('compute_instance') ?? '');
        if (type === 'pitr' && small) return refused(400, 'PITR needs a compute instance of at least small');
        world.book(project, String(type), String(id));
        return ok();
      }),
    ],
    [
      `DELETE ${base}/billing/addons/:variant`,
      ofProject(world, ({ addons }, _body, id) => {
        const type = [...addons].find(([, booked]) => booked === id)?.[0];
        if (type === undefined) return refused(404, 'Add-on not found');
        addons.delete(type);
        return ok();
      }),
    ],
    [
      `POST ${base}/read-replicas/setup`,
      ofProject(world, (project, { read_replica_region: region }) => {
        project.replicas.push({
          identifier: `${project.ref}-rr-${String(region)}-${randomUUID().slice(0, 5)}`,
          region: String(region),
        });
        return made();
      }),
    ],
    [
      `POST ${base}/read-replicas/remove`,
      ofProject(world, ({ replicas }, { database_identifier: id }) => {
        const index = replicas.findIndex(({ identifier }) => identifier === id);
        if (index < 0) return refused(404, 'Read replica not found');
        replicas.splice(index, 1);
        return made();
      }),
    ],
  ];
}
