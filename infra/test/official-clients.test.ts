import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/rest';
import { Vercel } from '@vercel/sdk';
import Cloudflare from 'cloudflare';
import { DoubledVendor } from '../rehearsal/doubles/double.ts';
import { cloudflareRest } from '../rehearsal/doubles/rest/cloudflare.ts';
import { githubRest } from '../rehearsal/doubles/rest/github.ts';
import type { DoubledRest } from '../rehearsal/doubles/rest/rest.ts';
import { vercelRest } from '../rehearsal/doubles/rest/vercel.ts';
import { Faults } from '../rehearsal/emulator/faults.ts';
import { HttpEmulator } from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';
import type { Properties } from '../src/providers/plugin/wire.ts';
import { paceOf } from '../src/providers/vendor/pace.ts';

/**
 * The REST fronts of the stand-ins judged by the vendors' own clients: addresses, names of query words and of fields are
 * theirs. Only what `up` asks is asked; nothing is made over HTTP there.
 */
const TOKEN = 'a-token';
const parts = { journal: new Journal(), faults: new Faults(), pace: paceOf({ startedAt: 0, factor: 1_000 }) };

/** A doubled vendor behind its front, with somewhere to put what an earlier update made. */
class Front {
  readonly vendor: DoubledVendor;
  #emulator: HttpEmulator | undefined;

  constructor(name: string) {
    this.vendor = new DoubledVendor(name, parts);
  }

  async open(front: (vendor: DoubledVendor, token: string) => DoubledRest): Promise<string> {
    this.#emulator = await HttpEmulator.start({ vendor: front(this.vendor, TOKEN), ...parts });
    return this.#emulator.url;
  }

  have(type: string, id: string, inputs: Properties, computed: Properties = {}): void {
    this.vendor.keep({ type: `${this.vendor.name}:index/${type}`, id, key: id, owner: undefined, inputs, computed });
  }

  async close(): Promise<void> {
    await this.#emulator?.close();
  }
}

describe('the client of Cloudflare', () => {
  const front = new Front('cloudflare');
  const [zoneId, accountId] = ['e'.repeat(32), 'f'.repeat(32)];
  let client: Cloudflare;

  beforeAll(async () => {
    client = new Cloudflare({ apiToken: TOKEN, baseURL: await front.open(cloudflareRest), maxRetries: 0 });
    const record = { zoneId, type: 'CNAME', content: 'b', ttl: 1, proxied: false, comment: 'ours' };
    front.have('dnsRecord:DnsRecord', 'r1', { ...record, name: 'app.example.com' });
    front.have('dnsRecord:DnsRecord', 'r2', { ...record, name: 'api.example.com' });
    front.have('r2Bucket:R2Bucket', 'backups', { accountId, name: 'backups' }, { jurisdiction: 'default' });
    front.have('loadBalancer:LoadBalancer', 'l1', { zoneId, name: 'api.example.com', description: 'ours' });
    front.have('loadBalancerMonitor:LoadBalancerMonitor', 'm1', { accountId, description: 'ours', type: 'https' });
    front.have('loadBalancerPool:LoadBalancerPool', 'o1', { accountId, name: 'ours', monitor: 'm1' });
    front.have('notificationPolicy:NotificationPolicy', 'p1', { accountId, name: 'ours', enabled: true });
  });
  afterAll(() => front.close());

  it('finds the record of exactly one name, with the words that mark it', async () => {
    const query = { zone_id: zoneId, type: 'CNAME', name: { exact: 'app.example.com' } } as const;
    const { result } = await client.dns.records.list(query);
    expect(result).toMatchObject([{ id: 'r1', name: 'app.example.com', content: 'b', comment: 'ours' }]);
  });

  it('reads buckets, load balancers with their parts, and policies under the addresses that it knows', async () => {
    const account = { account_id: accountId };
    expect(await client.r2.buckets.get('backups', account)).toMatchObject({ name: 'backups' });
    const balancers = await client.loadBalancers.list({ zone_id: zoneId });
    expect(balancers.result).toMatchObject([{ id: 'l1', description: 'ours' }]);
    expect((await client.loadBalancers.monitors.list(account)).result).toMatchObject([{ id: 'm1', type: 'https' }]);
    expect((await client.loadBalancers.pools.list(account)).result).toMatchObject([{ id: 'o1', monitor: 'm1' }]);
    expect((await client.alerting.policies.list(account)).result).toMatchObject([{ id: 'p1', name: 'ours' }]);
  });

  it('understands what is not there, and a token that is not known', async () => {
    const none = client.r2.buckets.get('others', { account_id: accountId });
    await expect(none).rejects.toThrow(Cloudflare.NotFoundError);
    const stranger = new Cloudflare({ apiToken: 'other', baseURL: client.baseURL, maxRetries: 0 });
    await expect(stranger.dns.records.list({ zone_id: zoneId })).rejects.toThrow(Cloudflare.AuthenticationError);
  });
});

/** It tells of every answer but 2xx by itself; two of them are meant. */
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the client of GitHub', () => {
  const front = new Front('github');
  const place = { owner: 'acme', repo: 'keelson' };
  const inputs = { repository: 'keelson', environment: 'dev' };
  let baseUrl: string;
  let client: Octokit;

  beforeAll(async () => {
    baseUrl = await front.open(githubRest);
    client = new Octokit({ auth: TOKEN, baseUrl, log: silent });
    const type = 'actionsEnvironmentVariable:ActionsEnvironmentVariable';
    front.have(type, 'v1', { ...inputs, variableName: 'API_URL', value: 'https://api.example.com' });
    const policy = 'repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy';
    front.have(policy, '11', { ...inputs, branchPattern: 'main' });
    front.have('repositoryRuleset:RepositoryRuleset', '12', { repository: 'keelson', name: 'ours' });
  });
  afterAll(() => front.close());

  it('reads a variable, the branches that deploy, and the rulesets under the addresses that it knows', async () => {
    const variable = await client.actions.getEnvironmentVariable({
      ...place,
      environment_name: 'dev',
      name: 'API_URL',
    });
    expect(variable.data).toMatchObject({ name: 'API_URL', value: 'https://api.example.com' });
    const branches = await client.repos.listDeploymentBranchPolicies({ ...place, environment_name: 'dev' });
    expect(branches.data).toMatchObject({ total_count: 1, branch_policies: [{ id: 11, name: 'main' }] });
    expect((await client.repos.getRepoRulesets(place)).data).toMatchObject([{ id: 12, name: 'ours' }]);
  });

  it('understands what is not there, and a token that is not known', async () => {
    const none = client.actions.getEnvironmentVariable({ ...place, environment_name: 'dev', name: 'OTHER' });
    await expect(none).rejects.toMatchObject({ status: 404 });
    const stranger = new Octokit({ auth: 'other', baseUrl, log: silent });
    await expect(stranger.repos.getRepoRulesets(place)).rejects.toMatchObject({ status: 401 });
  });
});

describe('the client of Vercel', () => {
  const front = new Front('vercel');
  const of = { projectId: 'prj_1', teamId: 'team_1' };
  let client: Vercel;

  beforeAll(async () => {
    client = new Vercel({ bearerToken: TOKEN, serverURL: await front.open(vercelRest) });
    front.have('projectDomain:ProjectDomain', 'app.example.com', { ...of, domain: 'app.example.com' });
  });
  afterAll(() => front.close());

  it('reads a domain of a project, in every field that it holds necessary', async () => {
    const asked = { idOrName: of.projectId, teamId: of.teamId, domain: 'app.example.com' };
    const found = await client.projects.getProjectDomain(asked);
    expect(found).toMatchObject({ name: 'app.example.com', apexName: 'example.com', projectId: 'prj_1' });
    const none = client.projects.getProjectDomain({ ...asked, domain: 'other.example.com' });
    await expect(none).rejects.toMatchObject({ statusCode: 404 });
  });
});
