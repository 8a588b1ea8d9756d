import { randomUUID } from 'node:crypto';
import { generateSigningKey, type Identity, mintToken, type SigningKey } from '@keelson/access';
import { streamGateway } from '@keelson/catalogue';
import type { Duration, Id } from '@keelson/kernel';
import type { ConfigOf, HealthChecks, Metrics } from '@keelson/runtime';
import { RuntimeModule, runtimeParts } from '@keelson/runtime/module';
import { seedTeam, testDatabase, type TestDatabase, testRedisUrl } from '@keelson/testkit';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Connections } from '../../src/connections.ts';
import { type ConnectionLimits, standardLimits } from '../../src/limits.ts';
import { StreamGatewayModule } from '../../src/stream-gateway.module.ts';
import { StreamWsAdapter } from '../../src/ws.adapter.ts';

const audience = { issuer: 'keelson', audience: 'authenticated' };

/** The database, key and team that gateways of one test file share. */
export class Surroundings {
  readonly database: TestDatabase;
  readonly key: SigningKey;
  readonly teamId: Id;

  private constructor(database: TestDatabase, key: SigningKey, teamId: Id) {
    this.database = database;
    this.key = key;
    this.teamId = teamId;
  }

  static async create(): Promise<Surroundings> {
    const database = await testDatabase();
    const { teamId } = await seedTeam(database);
    return new Surroundings(database, await generateSigningKey(), teamId);
  }

  /** A token of the team, by default of a user of its own who may see everything. */
  token(who: Partial<Identity> = {}, lifetime: Duration = '10 minutes', key = this.key): Promise<string> {
    const identity = { userId: randomUUID(), teamId: this.teamId, role: 'owner' as const, ...who };
    return mintToken(key.privateJwk, { ...identity, ...audience }, lifetime);
  }

  environment(redisUrl = testRedisUrl()): NodeJS.ProcessEnv {
    return {
      PORT: '1',
      DATABASE_URL: this.database.appUrl,
      REDIS_URL: redisUrl,
      AUTH_JWKS: this.key.jwks,
      LOG_LEVEL: 'error',
    };
  }
}

/** The service's own module in this process, so that a test can shorten its times. */
export class TestGateway {
  readonly #app: NestFastifyApplication;
  readonly health: HealthChecks;
  readonly metrics: Metrics;

  private constructor(app: NestFastifyApplication, health: HealthChecks, metrics: Metrics) {
    this.#app = app;
    this.health = health;
    this.metrics = metrics;
  }

  static async start(around: Surroundings, limits: Partial<ConnectionLimits> = {}): Promise<TestGateway> {
    const parts = runtimeParts(streamGateway, around.environment());
    const config = parts.config as ConfigOf<typeof streamGateway>;
    const module = StreamGatewayModule.forConfig({ ...parts, config }, { ...standardLimits, ...limits });
    module.imports = [RuntimeModule.forService(streamGateway, parts), ...(module.imports ?? [])];
    const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false });
    app.useWebSocketAdapter(new StreamWsAdapter(app));
    await app.listen(0, '127.0.0.1');
    return new TestGateway(app, parts.health, parts.metrics);
  }

  get port(): number {
    return (this.#app.getHttpServer().address() as { port: number }).port;
  }
  get url(): string {
    return `ws://127.0.0.1:${this.port}/api/v1/ws`;
  }
  get connections(): Connections {
    return this.#app.get(Connections);
  }

  async stop(): Promise<void> {
    await this.connections.leave();
    await this.#app.close();
  }
}
