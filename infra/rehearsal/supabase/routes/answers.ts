import type { EmulatedAnswer } from '../../emulator/http-emulator.ts';
import type { Routes } from '../../emulator/routes.ts';
import type { SupabaseProject, SupabaseWorld } from '../world.ts';

export type Body = Record<string, unknown>;

export const ok = (body?: unknown): EmulatedAnswer => ({ status: 200, body });
export const made = (body?: unknown): EmulatedAnswer => ({ status: 201, body });
export const refused = (status: number, message: string): EmulatedAnswer => ({ status, body: { message } });
/** When everything was made, as far as the emulator says. */
export const WHEN = '2026-01-01T00:00:00.000Z';

/** A route of one project; 404 when there is none, 400 as long as it comes up, as the vendor has it. */
export function ofProject(
  world: SupabaseWorld,
  act: (project: SupabaseProject, body: Body, part: string, query: URLSearchParams) => EmulatedAnswer,
  needsReady = true,
): Routes[number][1] {
  return ({ body, query }, ref, part = '') => {
    const project = world.projects.get(ref ?? '');
    if (!project) return refused(404, 'Project not found');
    if (needsReady && world.statusOf(project) !== 'ACTIVE_HEALTHY') return refused(400, 'Project is not ready yet');
    return act(project, (body ?? {}) as Body, part, query);
  };
}
