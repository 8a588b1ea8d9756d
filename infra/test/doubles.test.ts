import { describe, expect, it } from '@jest/globals';
import type { DnsRecordArgs } from '@pulumi/cloudflare';
import { z } from 'zod';
import { refusals } from '../src/providers/plugin/check.ts';
import type { ResourceHandler } from '../src/providers/plugin/handler.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';
import { cloudflareDouble } from '../rehearsal/doubles/cloudflare.ts';
import { DoubledVendor, doubleOf, type DoublePackage } from '../rehearsal/doubles/double.ts';
import { githubDouble } from '../rehearsal/doubles/github.ts';
import { doubleType } from '../rehearsal/doubles/typed.ts';
import { vercelDouble } from '../rehearsal/doubles/vercel.ts';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';

const RECORD = 'cloudflare:index/dnsRecord:DnsRecord';
const ZONE = 'e'.repeat(32);
const record = {
  zoneId: ZONE,
  name: 'api.example.com',
  type: 'CNAME',
  content: 'a.example.net',
  ttl: 1,
  proxied: false,
};
const PROJECT = 'vercel:index/project:Project';
const project = {
  name: 'keelson-prod',
  teamId: 'team_1',
  publicSource: false,
  directoryListing: false,
  enableProductionFeedback: false,
};

function standIn(double: DoublePackage, name: string) {
  const parts = { journal: new Journal(), faults: new Faults(), pace: paceOf({ startedAt: 0, factor: 1_000 }) };
  const vendor = new DoubledVendor(name, parts);
  const provider = doubleOf(vendor, double);
  const work = { urn: 'urn', signal: new AbortController().signal, tell: async () => undefined };
  const handler = (type: string): ResourceHandler<DoubledVendor> => {
    const found = provider.types[type];
    if (!found) throw new Error(`no ${type}`);
    return found;
  };
  return {
    ...{ vendor, provider, ...parts },
    create: (type: string, inputs: Properties) => handler(type).create(vendor, inputs, work),
    update: (type: string, id: string, inputs: Properties) => handler(type).update(vendor, inputs, {}, { ...work, id }),
    read: (type: string, id: string, inputs: Properties) => handler(type).read(vendor, inputs, {}, { ...work, id }),
    remove: (type: string, id: string, inputs: Properties) => handler(type).delete(vendor, inputs, {}, { ...work, id }),
  };
}

describe('a stand-in for an official provider', () => {
  it('refuses what the vendor would: a value that is not allowed, and a property that nobody knows', () => {
    const schema = cloudflareDouble.types[RECORD]?.schema as z.ZodType;
    const told = (values: Properties): string[] =>
      refusals(schema, { values, secretPaths: new Set() }).map(({ reason }) => reason);
    expect(told(record)).toEqual([]);
    expect(told({ ...record, ttl: 0 })[0]).toContain('ttl is 0');
    expect(told({ ...record, proxyed: true })[0]).toContain('proxyed');
  });

  it('refuses a second one of the same name, and counts it as no change', async () => {
    const { create, journal, vendor } = standIn(cloudflareDouble, 'cloudflare');
    await create(RECORD, record);
    await expect(create(RECORD, record)).rejects.toThrow('already exists at cloudflare (409)');
    expect(vendor.kept.size).toBe(1);
    expect(journal.entries.map(({ effective }) => effective)).toEqual([true, false]);
  });

  it('refuses an update of what somebody deleted by hand, and reads it as gone', async () => {
    const { create, update, read, vendor } = standIn(cloudflareDouble, 'cloudflare');
    const { id } = await create(RECORD, record);
    vendor.drop(RECORD, id);
    await expect(update(RECORD, id, { ...record, content: 'b.example.net' })).rejects.toThrow(
      'does not exist any more',
    );
    expect(await read(RECORD, id, record)).toBeUndefined();
  });

  it('has made what it was asked for when only the answer got lost', async () => {
    const { create, faults, vendor } = standIn(cloudflareDouble, 'cloudflare');
    faults.order({ calls: 'mutating', nth: 1, times: 1, moment: 'after', kind: 'reset', retryAfter: 0 });
    await expect(create(RECORD, record)).rejects.toThrow('reset from cloudflare');
    expect(vendor.find(RECORD, `${ZONE}/CNAME/api.example.com`)).toBeDefined();
  });

  it('makes nothing in a project that is not there, and loses what belongs to one with it', async () => {
    const { create, remove, vendor } = standIn(vercelDouble, 'vercel');
    const domain = { projectId: 'prj_none', teamId: 'team_1', domain: 'app.example.com' };
    await expect(create('vercel:index/projectDomain:ProjectDomain', domain)).rejects.toThrow('(404)');
    const { id } = await create(PROJECT, project);
    await create('vercel:index/projectDomain:ProjectDomain', { ...domain, projectId: id });
    expect(vendor.kept.size).toBe(2);
    await remove(PROJECT, id, project);
    expect(vendor.kept.size).toBe(0);
  });

  it('overwrites where the vendor does', async () => {
    const { create, vendor } = standIn(githubDouble, 'github');
    const environment = { repository: 'keelson', environment: 'prod', preventSelfReview: true, canAdminsBypass: true };
    const type = 'github:index/repositoryEnvironment:RepositoryEnvironment';
    await create(type, environment);
    await create(type, { ...environment, canAdminsBypass: false });
    expect([...vendor.kept.values()].map(({ inputs }) => inputs['canAdminsBypass'])).toEqual([false]);
  });

  it('is not configured with a team at Vercel, which would cost a call at each configuration', async () => {
    const { provider } = standIn(vercelDouble, 'vercel');
    const apiToken = `canary-${'a'.repeat(24)}`;
    expect(await provider.checkConfig({ apiToken, version: '5.4.1' })).toEqual([]);
    const [refused] = await provider.checkConfig({ apiToken, team: 'team_1' });
    expect(refused?.reason).toContain('Unrecognized key: "team"');
    const [short] = await provider.checkConfig({ apiToken: 'canary-too-short' });
    expect(short?.reason).toBe('apiToken is [secret]: it has 24 letters or digits');
  });

  it('has a schema that the package’s own types allow', () => {
    const rest = { key: () => '', replaceOn: [] };
    const known = { zoneId: z.string(), name: z.string(), type: z.string(), ttl: z.int() };
    const schema = z.strictObject(known);
    // What is wrong below is found by the compiler, which takes the mark away when it finds nothing.
    expect(doubleType<DnsRecordArgs>()({ ...rest, schema }).schema).toBe(schema);
    // @ts-expect-error: the package has no such property
    doubleType<DnsRecordArgs>()({ ...rest, schema: z.strictObject({ ...known, proxyed: z.boolean() }) });
    const deep = z.strictObject({ ipv4Onlyy: z.boolean() });
    // @ts-expect-error: nor has the object inside it
    doubleType<DnsRecordArgs>()({ ...rest, schema: z.strictObject({ ...known, settings: deep }) });
    // @ts-expect-error: it is a number there
    doubleType<DnsRecordArgs>()({ ...rest, schema: z.strictObject({ ...known, ttl: z.string() }) });
  });
});
