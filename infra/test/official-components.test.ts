import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { addressesOf } from '../src/cloud/addresses.ts';
import type { CloudSettings } from '../src/cloud/settings.ts';
import { normalizeAppRecord, normalizeServiceRecord, normalizeVerification } from '../src/components/dns-plan.ts';
import { normalizeFrontendVariables, normalizeHealthRoute, supabaseUrlOf } from '../src/components/frontend-plan.ts';
import { normalizeLoadBalancer } from '../src/components/load-balancer-plan.ts';
import { normalizePolicies } from '../src/components/notifications-plan.ts';
import { mainBranchRules, normalizeGithubEnvironment } from '../src/components/repository-plan.ts';
import { dev } from '../src/environments/dev.ts';
import type { CloudEnvironment } from '../src/environments/environment.ts';
import { prod } from '../src/environments/prod.ts';

const wide: CloudEnvironment = { ...prod, regions: ['us-east', 'eu-west'] };
const settings = { domain: 'example.com' } as CloudSettings;
const page = (name: string): string => fileURLToPath(new URL(`../status-page/${name}`, import.meta.url));

describe('the names of an environment', () => {
  const demand = {
    domain: 'api.dev.example.com',
    cnameTarget: 'abc.up.railway.app',
    verificationHost: '_railway-verify.api',
    verificationToken: 'railway-verify=123',
  };

  it('lead to the platforms, unproxied, so that those make the certificates', () => {
    expect(normalizeServiceRecord(demand)).toMatchObject({
      ...{ type: 'CNAME', name: demand.domain, content: demand.cnameTarget, proxied: false },
    });
    expect(normalizeAppRecord(addressesOf(dev, settings))).toMatchObject({
      ...{ type: 'CNAME', name: 'app.dev.example.com', content: 'cname.vercel-dns.com', proxied: false },
    });
  });

  it.each(['_railway-verify.api', '_railway-verify.api.dev', '_railway-verify.api.dev.example.com'])(
    'are proven by one record, however much of the name Railway tells: %s',
    (verificationHost) => {
      const planned = normalizeVerification({ ...demand, verificationHost });
      expect(planned).toMatchObject({ type: 'TXT', name: '_railway-verify.api.dev.example.com' });
      expect(planned.content).toBe('railway-verify=123');
    },
  );

  it('are refused while Railway does not tell where they lead', () => {
    expect(() => normalizeServiceRecord({ ...demand, cnameTarget: '' })).toThrow('where api.dev.example.com must lead');
    expect(() => normalizeVerification({ ...demand, verificationToken: '' })).toThrow('what proves that');
  });

  it.each([null, undefined])('prove nothing where Railway asks for no proof (%s)', (verificationToken) => {
    const planned = normalizeVerification({ ...demand, verificationHost: null, verificationToken });
    const place = { type: 'TXT', name: '_railway-verify.api.dev.example.com', content: 'Railway asked for no proof' };
    expect(planned).toMatchObject(place);
  });
});

describe('the entry of an environment', () => {
  it('is the platform itself with one region, and a pool for each with more, home first', () => {
    expect(normalizeLoadBalancer(prod)).toBeUndefined();
    expect(normalizeLoadBalancer(wide)?.pools).toEqual([
      { region: 'us-east', checkedFrom: 'ENAM' },
      { region: 'eu-west', checkedFrom: 'WEU' },
    ]);
  });

  it('tells of a vendor’s incidents in production only, and of a region that fails where there are several', () => {
    const told = (environment: CloudEnvironment) => normalizePolicies(environment, ['p']).map(({ part }) => part);
    expect([told(dev), told(prod), told(wide)]).toEqual([[], ['incidents'], ['incidents', 'origins']]);
    expect(normalizePolicies(wide, ['p'])[1]?.filters).toMatchObject({ poolIds: ['p'], newHealths: ['Unhealthy'] });
  });
});

describe('who may deploy', () => {
  it('is everybody outside of production, and there only what a second person approved, from the main branch', () => {
    expect(normalizeGithubEnvironment(dev, '1,2')).toMatchObject({ reviewers: [], branches: [] });
    expect(normalizeGithubEnvironment(prod, '1,2')).toEqual({
      ...{ reviewers: [1, 2], preventSelfReview: true, canAdminsBypass: false, branches: ['main'] },
    });
    expect(normalizeGithubEnvironment(prod, '1').preventSelfReview).toBe(false);
  });

  it('is refused for production with nobody, and with more than GitHub takes', () => {
    expect(() => normalizeGithubEnvironment(prod, '')).toThrow('pulumi config set keelson:githubReviewers');
    expect(() => normalizeGithubEnvironment(prod, '1,2,3,4,5,6,7')).toThrow('GitHub takes 6 at most');
  });

  it('signs each commit of the main branch', () => {
    expect(mainBranchRules.rules).toMatchObject({ requiredSignatures: true, nonFastForward: true, deletion: true });
  });
});

describe('the page', () => {
  it('asks its own host for health, which the edge keeps for sixty seconds', () => {
    expect(normalizeHealthRoute(addressesOf(prod, settings)).route).toMatchObject({
      ...{ src: '/health', dest: 'https://api.example.com/health/ready' },
      headers: { 'CDN-Cache-Control': 'public, max-age=60' },
    });
  });

  it('is built with what everybody may know', () => {
    const url = supabaseUrlOf('https://abc.supabase.co/auth/v1');
    expect(normalizeFrontendVariables(addressesOf(prod, settings), url, 'sb_publishable_1')).toEqual({
      NEXT_PUBLIC_API_URL: 'https://api.example.com',
      NEXT_PUBLIC_WS_URL: 'wss://stream.example.com/api/v1/ws',
      NEXT_PUBLIC_SUPABASE_URL: 'https://abc.supabase.co',
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_1',
    });
  });

  it('is sent with every header of INF-SEC-007', () => {
    const file = JSON.parse(readFileSync(page('vercel.json'), 'utf8')) as {
      headers: { source: string; headers: { key: string; value: string }[] }[];
    };
    expect(file.headers[0]?.source).toBe('/(.*)');
    const sent = Object.fromEntries(file.headers[0]?.headers.map(({ key, value }) => [key, value]) ?? []);
    expect(sent).toMatchObject({
      'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'X-XSS-Protection': '0',
      'Referrer-Policy': 'strict-origin-when-cross-origin',
      'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
    });
    expect(sent['Content-Security-Policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  });

  it('loads only files that its own policy allows and that are there', () => {
    const html = readFileSync(page('index.html'), 'utf8');
    const loaded = [...html.matchAll(/<(?:script src|link rel="stylesheet" href)="([^"]+)"/g)].map(([, name]) => name);
    expect(loaded).toEqual(['status.css', 'status.js']);
    for (const name of loaded) expect(readFileSync(page(name ?? ''), 'utf8').length).toBeGreaterThan(100);
    expect(html).not.toMatch(/ style=| on[a-z]+="|<style|<script>/);
  });

  it('says in words what works, what does not, and when nothing answers', async () => {
    const { wordsFor } = (await import('../status-page/status.js' as string)) as {
      wordsFor(health: object | undefined): { state: string; summary: string; parts: { words: string }[] };
    };
    expect(wordsFor({ status: 'ok', checks: { database: { status: 'ok' } } })).toEqual({
      ...{ state: 'ok', summary: 'Everything works.' },
      parts: [{ name: 'database', state: 'ok', words: 'works' }],
    });
    const broken = { status: 'degraded', checks: { redis: { status: 'error', message: 'Connection refused' } } };
    expect(wordsFor(broken)).toMatchObject({
      ...{ state: 'error', parts: [{ words: 'does not work: Connection refused' }] },
    });
    expect(wordsFor(undefined)).toMatchObject({ state: 'error', summary: 'The platform does not answer.' });
  });
});
