import { canonicalName, certified, connected, containerOf, reached } from '../network.ts';
import { found, keptOf, must, type Behaviour, type Life } from '../life.ts';
import { VERCEL_TARGET } from '../../../src/components/dns-plan.ts';
import type { Kept } from '../../doubles/double.ts';
import type { Properties } from '../../../src/providers/plugin/wire.ts';

/** The project of Vercel that answers at the app's name, found as a browser finds it. */
function pageProject(life: Life): string {
  const { app } = life.addresses;
  must(canonicalName(life, app) === VERCEL_TARGET, `${app} does not lead to Vercel`);
  const domains = keptOf(life, 'vercel', 'vercel:index/projectDomain:ProjectDomain');
  const domain = domains.find(({ inputs }) => inputs['domain'] === app);
  return String(found(domain, `Vercel serves no ${app}`).inputs['projectId']);
}

function ofPage(life: Life, type: string, missing: string): Kept {
  const project = pageProject(life);
  return found(
    keptOf(life, 'vercel', type).find(({ inputs }) => inputs['projectId'] === project),
    missing,
  );
}

interface FirewallRule {
  readonly active: boolean;
  readonly conditionGroups: readonly { readonly conditions: readonly FirewallCondition[] }[];
  readonly action: { readonly action: string; readonly rateLimit?: { readonly limit: number } };
}
interface FirewallCondition {
  readonly type: 'path' | 'method';
  readonly neg?: boolean;
  readonly value?: string;
  readonly values?: readonly string[];
}

function meets(
  { type, neg = false, value, values }: FirewallCondition,
  asked: Record<'path' | 'method', string>,
): boolean {
  return (values ?? [value]).includes(asked[type]) !== neg;
}

/** What the wall before the page does with a request; undefined lets it through. */
function walled(life: Life, asked: Record<'path' | 'method', string>): FirewallRule['action'] | undefined {
  const { inputs } = ofPage(life, 'vercel:index/firewallConfig:FirewallConfig', 'nothing stands before the page');
  must(inputs['enabled'] === true, 'the wall before the page is off');
  const { rules } = inputs['rules'] as unknown as { rules: readonly FirewallRule[] };
  return rules.find(
    ({ active, conditionGroups }) =>
      active && conditionGroups.some(({ conditions }) => conditions.every((one) => meets(one, asked))),
  )?.action;
}

/** What a console is built with. */
function builtWith(life: Life, key: string): string {
  const project = pageProject(life);
  const variables = keptOf(life, 'vercel', 'vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable');
  const variable = variables.find(({ inputs }) => inputs['projectId'] === project && inputs['key'] === key);
  return String(found(variable, `the page is built without ${key}`).inputs['value']);
}

const hostOf = (url: string): string => new URL(url).hostname;

/** People with a browser, and who sends alerts. */
const visitors: readonly Behaviour[] = [
  {
    name: 'a browser finds the page at the app’s name',
    act(life) {
      const { inputs } = ofPage(life, 'vercel:index/deployment:Deployment', 'the page was never deployed');
      must(inputs['production'] === true, 'the page is a preview only');
      must(
        Object.keys(inputs['files'] as Properties).some((file) => file.endsWith('index.html')),
        'the page has no index.html',
      );
    },
  },
  {
    name: 'TradingView delivers an alert to the api',
    act: (life) => must(reached(life, life.addresses.api).spec.runs.includes('receive'), 'who answers takes no alerts'),
  },
  {
    name: 'a trader’s screen follows the stream',
    act: (life) =>
      must(reached(life, life.addresses.stream).spec.name === 'stream-gateway', 'who answers has no stream'),
  },
  { name: 'TradingView trusts the certificate of the api', act: (life) => certified(life, life.addresses.api) },
  { name: 'a browser trusts the certificate of the stream', act: (life) => certified(life, life.addresses.stream) },
  {
    name: 'whoever opens the page sees the health of the api',
    act(life) {
      const { inputs } = ofPage(
        life,
        'vercel:index/projectRoute:ProjectRoute',
        'the page has no way to ask for health',
      );
      const { src, dest, headers } = inputs['route'] as { src: string; dest: string; headers: Record<string, string> };
      must(src === '/health' && inputs['enabled'] === true, 'the page asks at another path');
      must(reached(life, hostOf(dest)).spec.ready === new URL(dest).pathname, 'the api has no health at that path');
      must(headers['CDN-Cache-Control'] === 'public, max-age=60', 'each look at the page asks the api');
    },
  },
  {
    name: 'who attacks the page is turned away',
    act(life) {
      must(walled(life, { path: '/', method: 'GET' }) === undefined, 'nobody can read the page');
      must(walled(life, { path: '/', method: 'POST' })?.action === 'deny', 'the page takes anything');
      must(walled(life, { path: '/health', method: 'GET' })?.action === 'rate_limit', 'anybody may ask all day');
    },
  },
  {
    name: 'a trader’s browser calls the api from the console, and may',
    act(life) {
      const { variables } = reached(life, hostOf(builtWith(life, 'NEXT_PUBLIC_API_URL')));
      must(variables['CORS_ORIGINS'] === `https://${life.addresses.app}`, 'the api refuses the page’s origin');
    },
  },
  {
    name: 'a trader’s console finds the stream',
    act(life) {
      const url = builtWith(life, 'NEXT_PUBLIC_WS_URL');
      must(reached(life, hostOf(url)).spec.name === 'stream-gateway', `${url} is not the stream`);
    },
  },
];

/** People who sign in. */
const members: readonly Behaviour[] = [
  {
    name: 'a member signs in from the console and comes back to it',
    act(life) {
      const ref = hostOf(builtWith(life, 'NEXT_PUBLIC_SUPABASE_URL')).split('.')[0] ?? '';
      const { auth } = found(
        life.vendors.supabase.world.projects.get(ref),
        'the console asks a project that is not there',
      );
      const app = `https://${life.addresses.app}`;
      must(auth['site_url'] === app, 'a link in a mail leads elsewhere');
      must(auth['uri_allow_list'] === `${app}/auth/callback`, 'the way back to the app is refused');
    },
  },
  {
    name: 'a stranger cannot sign up by himself',
    act({ vendors }) {
      for (const { auth } of vendors.supabase.world.projects.values())
        must(auth['disable_signup'] === true, 'anybody may');
    },
  },
  {
    name: 'the console’s key is one that sign-in knows',
    act(life) {
      const key = builtWith(life, 'NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY');
      const projects = [...life.vendors.supabase.world.projects.values()];
      must(
        projects.some(({ apiKeys }) => apiKeys.some(({ value }) => value === key)),
        'nobody made that key',
      );
    },
  },
  {
    name: 'the api accepts the token of a member',
    act: (life) => tokensAccepted(life, 'api'),
  },
  {
    name: 'the stream accepts the token of a member',
    act: (life) => tokensAccepted(life, 'stream-gateway'),
  },
];

/** Tokens are signed with a key that is public: a shared secret is in no key set. */
function tokensAccepted(life: Life, service: string): void {
  const container = containerOf(life, service);
  const { ref, signingKeys } = connected(life, container, 'DATABASE_URL');
  const issuer = `https://${ref}.supabase.co/auth/v1`;
  must(container.variables['AUTH_ISSUER'] === issuer, `${service} believes another issuer`);
  must(
    container.variables['AUTH_JWKS_URL'] === `${issuer}/.well-known/jwks.json`,
    `${service} looks for keys elsewhere`,
  );
  const inUse = signingKeys.find(({ status }) => status === 'in_use');
  must(
    inUse?.algorithm === 'ES256',
    `tokens are signed with ${inUse?.algorithm ?? 'nothing'}, whose key nobody publishes`,
  );
}

export const behavioursOfPeople: readonly Behaviour[] = [...visitors, ...members];
