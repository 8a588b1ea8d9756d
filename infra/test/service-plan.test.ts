import { describe, expect, it } from '@jest/globals';
import { serviceNamed, services } from '@keelson/catalogue';
import { inStartOrder, normalizeEnvironment, normalizeService } from '../src/components/service-plan.ts';
import { normalizePostgres, normalizeRedis } from '../src/components/store-plan.ts';
import { normalizeServiceEnv, normalizeSettings } from '../src/settings.ts';

const settings = (values: Record<string, string>) => normalizeSettings({ get: (key) => values[key] });

describe('normalizeService', () => {
  it('puts replicas ten ports apart, and names the first as the service', () => {
    const plan = normalizeService(serviceNamed('worker'), 4000, 2);
    expect(plan.instances.map(({ name, port }) => [name, port])).toEqual([
      ['worker', 4003],
      ['worker-2', 4013],
    ]);
    expect(plan).toMatchObject({ drainMs: 20_000, memoryMib: 512 });
  });

  it('refuses more instances than the catalogue allows', () => {
    expect(() => normalizeService(serviceNamed('beat'), 3000, 2)).toThrow(
      'beat: 2 instances are not allowed; 1 to 1 are',
    );
  });
});

describe('inStartOrder', () => {
  it('puts each service of the catalogue after those that it waits for', () => {
    const names = inStartOrder(services).map(({ name }) => name);
    expect([...names].sort()).toEqual(services.map(({ name }) => name).sort());
    for (const { name, after } of services) {
      for (const earlier of after) expect(names.indexOf(earlier)).toBeLessThan(names.indexOf(name));
    }
  });

  it('names services that wait for each other', () => {
    const [one, two] = [serviceNamed('api'), serviceNamed('beat')];
    const circle = [
      { ...one, after: ['beat'] },
      { ...two, after: ['api'] },
    ];
    expect(() => inStartOrder(circle)).toThrow('services wait for each other: api, beat');
  });
});

describe('normalizeEnvironment', () => {
  const worker = serviceNamed('worker');
  const provided = {
    PORT: '3003',
    DATABASE_URL: 'postgres://a@b/c',
    REDIS_URL: 'redis://b',
    PAPER_BROKER_URL: 'http://v',
    STREAM_URL: 'ws://not-for-the-worker',
  };

  it('takes what the schema names, and leaves the rest to its defaults', () => {
    const { STREAM_URL: _other, ...own } = provided;
    expect(normalizeEnvironment(worker, provided)).toEqual(own);
  });

  it('lets an override win', () => {
    expect(normalizeEnvironment(worker, provided, { LOG_LEVEL: 'debug' })).toMatchObject({ LOG_LEVEL: 'debug' });
  });

  it('refuses an override that the schema does not allow, without its value', () => {
    expect(() => normalizeEnvironment(worker, provided, { WORKER_LEASE_MS: '12345678' })).toThrow(
      /^serviceEnv: WORKER_LEASE_MS of worker: (?!.*12345678)/,
    );
    expect(() => normalizeEnvironment(worker, provided, { WORKER_LEASE: '1' })).toThrow(
      'worker has no variable WORKER_LEASE',
    );
  });

  it('names a variable that nobody has a value for', () => {
    const { REDIS_URL: _gone, ...rest } = provided;
    expect(() => normalizeEnvironment(worker, rest)).toThrow('worker needs REDIS_URL');
  });
});

describe('the stores of a stack', () => {
  const tools = {
    source: 'wheel',
    binDir: '/pg/bin',
    version: '18.4',
    runAsRootPrefix: ['/usr/bin/unshare', '--user'],
  };

  it('run with the words that root needs, and without them for others', () => {
    expect(normalizePostgres(tools, 3000, true)).toMatchObject({
      own: true,
      port: 3020,
      prefix: ['/usr/bin/unshare', '--user'],
    });
    expect(normalizePostgres(tools, 3000, false)).toMatchObject({ prefix: [] });
  });

  it('are somebody else’s when the set-up found an address', () => {
    const url = 'postgres://owner:word@db.example:5432/keelson';
    expect(normalizePostgres({ source: 'url', url }, 3000, true)).toEqual({ own: false, url });
    expect(normalizeRedis({ source: 'url', url: 'redis://cache' }, 3000)).toEqual({ own: false, url: 'redis://cache' });
  });
});

describe('settings', () => {
  it('have defaults', () => {
    expect(settings({})).toEqual({ portBase: 3000, workerReplicas: 2, readyWithinSeconds: 30, serviceEnv: {} });
  });

  it('name the value and what is allowed', () => {
    expect(() => settings({ portBase: '80' })).toThrow('portBase is 80; allowed are whole numbers from 1024 to 65000');
    expect(() => settings({ workerReplicas: '1.5' })).toThrow('workerReplicas is 1.5');
  });

  it('read variables of services, values with equals signs too', () => {
    const entries = ['paper-broker:PAPER_SEED=7', 'api:STREAM_URL=ws://x?a=b'];
    expect(normalizeServiceEnv(entries)).toEqual({
      'paper-broker': { PAPER_SEED: '7' },
      api: { STREAM_URL: 'ws://x?a=b' },
    });
    expect(() => normalizeServiceEnv(['PAPER_SEED=7'])).toThrow('"PAPER_SEED" must have the form');
  });
});
