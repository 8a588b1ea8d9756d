import { randomUUID } from 'node:crypto';
import type { Routes } from '../../emulator/routes.ts';
import type { SupabaseWorld } from '../world.ts';
import { type Body, made, ofProject, ok, refused, WHEN } from './answers.ts';

/** API keys and signing keys. */
export function keyRoutes(world: SupabaseWorld): Routes {
  const base = '/v1/projects/:ref';
  const keys = `${base}/config/auth/signing-keys`;
  const signing = (key: Body): Body => ({ ...key, created_at: WHEN, updated_at: WHEN });
  return [
    [
      `GET ${base}/api-keys`,
      ofProject(world, ({ apiKeys }) =>
        ok(apiKeys.map(({ id, name, type }) => ({ id, name, type, api_key: 'sb_···', prefix: '···' }))),
      ),
    ],
    [
      `POST ${base}/api-keys`,
      ofProject(world, (project, { name, type }, _part, query) => {
        const { id, value } = world.newKey(project, String(name), String(type));
        return made({ id, name, type, api_key: query.get('reveal') === 'true' ? value : 'sb_···' });
      }),
    ],
    [
      `DELETE ${base}/api-keys/:id`,
      ofProject(world, ({ apiKeys }, _body, id) => {
        const index = apiKeys.findIndex((key) => key.id === id);
        if (index < 0) return refused(404, 'API key not found');
        const [{ name, type } = { name: '', type: '' }] = apiKeys.splice(index, 1);
        return ok({ id, name, type });
      }),
    ],
    [`GET ${keys}`, ofProject(world, ({ signingKeys }) => ok({ keys: signingKeys.map((key) => signing({ ...key })) }))],
    [
      `POST ${keys}`,
      ofProject(world, (project, { algorithm, status }) => {
        const key = { id: randomUUID(), algorithm: String(algorithm), status: String(status ?? 'standby') };
        project.signingKeys.push(key);
        return made(signing({ ...key }));
      }),
    ],
    [
      `PATCH ${keys}/:id`,
      ofProject(world, ({ signingKeys }, { status }, id) => {
        const key = signingKeys.find((one) => one.id === id);
        if (!key) return refused(404, 'Signing key not found');
        if (status === 'in_use')
          for (const other of signingKeys) if (other.status === 'in_use') other.status = 'previously_used';
        key.status = String(status);
        return ok(signing({ ...key }));
      }),
    ],
  ];
}
