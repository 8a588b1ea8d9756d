import type { FastifyInstance } from 'fastify';
import type { HealthChecks } from './health.ts';
import type { Metrics } from './metrics.ts';

/**
 * Liveness, readiness and metrics as plain Fastify routes, at the root (for probes) and under /api/v1 (document 004).
 * They pass neither guards nor pipes, so a probe costs as little as it can.
 */
export function addOperationsRoutes(
  fastify: FastifyInstance,
  { health, metrics, version }: { health: HealthChecks; metrics: Metrics; version: string },
): void {
  for (const prefix of ['', '/api/v1']) {
    fastify.get(`${prefix}/health`, () => ({ status: 'ok', version, timestamp: new Date().toISOString() }));
    fastify.get(`${prefix}/health/ready`, async (_request, reply) => {
      const readiness = await health.readiness();
      if (readiness.status !== 'ok') void reply.code(503).header('retry-after', '1');
      return readiness;
    });
  }
  fastify.get('/metrics', async (request, reply) => {
    // A public edge adds this header, the scraper inside the network does not: numbers about us stay with us.
    if (request.headers['x-forwarded-for'] !== undefined) {
      reply.callNotFound();
      return reply;
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}
