import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ComponentResource, type Output, type ProviderResource } from '@pulumi/pulumi';
import { Deployment } from '@pulumiverse/vercel/deployment.js';
import { FirewallConfig } from '@pulumiverse/vercel/firewallConfig.js';
import { getProjectDirectoryOutput } from '@pulumiverse/vercel/getProjectDirectory.js';
import { Project } from '@pulumiverse/vercel/project.js';
import { ProjectDomain } from '@pulumiverse/vercel/projectDomain.js';
import { ProjectEnvironmentVariable } from '@pulumiverse/vercel/projectEnvironmentVariable.js';
import { ProjectRollingRelease } from '@pulumiverse/vercel/projectRollingRelease.js';
import { ProjectRoute } from '@pulumiverse/vercel/projectRoute.js';
import { addressesOf, type Addresses } from '../cloud/addresses.ts';
import type { CloudContext } from '../cloud/context.ts';
import {
  firewallRules,
  normalizeFrontendVariables,
  normalizeHealthRoute,
  rollingRelease,
  supabaseUrlOf,
} from './frontend-plan.ts';

export interface FrontendArgs {
  readonly context: CloudContext;
  readonly vercel: ProviderResource;
  /** Issuer of the tokens of people, and the key with which a browser may ask for one. */
  readonly issuer: Output<string>;
  readonly publishableKey: Output<string>;
}

/** Which project of which team; part of each resource, so that the provider needs no call to be configured. */
interface OfProject {
  readonly projectId: Output<string>;
  readonly teamId: string;
}

/** Relative to where the program runs, as the plugin does: the state of two people must not differ by their folders. */
const pageFolder = relative(process.cwd(), fileURLToPath(new URL('../../status-page', import.meta.url)));

/** Vercel: the page under the app's name. A static status page, until there is a console. */
export class Frontend extends ComponentResource {
  readonly projectId: Output<string>;

  constructor({ context, vercel, issuer, publishableKey }: FrontendArgs) {
    super('keelson:cloud:Frontend', 'frontend', {}, { providers: [vercel] });
    const { environment, settings } = context;
    const addresses = addressesOf(environment, settings);
    const of = this.#project(context);
    this.projectId = of.projectId;
    const place = { parent: this };
    const domain = new ProjectDomain('app', { ...of, domain: addresses.app }, place);
    this.#variables(of, normalizeFrontendVariables(addresses, issuer.apply(supabaseUrlOf), publishableKey));
    const guards = this.#guards(of, addresses);
    if (environment.switches.production) new ProjectRollingRelease('release', { ...of, ...rollingRelease }, place);
    const { files } = getProjectDirectoryOutput({ path: pageFolder }, place);
    // Guarded before anybody can reach it.
    new Deployment(
      'page',
      { ...of, files, pathPrefix: pageFolder, production: true, deleteOnDestroy: false },
      { parent: this, dependsOn: [domain, ...guards] },
    );
    this.registerOutputs({});
  }

  #project({ name, settings }: CloudContext): OfProject {
    const teamId = settings.vercelTeam;
    const closed = { publicSource: false, directoryListing: false, enableProductionFeedback: false };
    const project = new Project('project', { name: name(), teamId, ...closed }, { parent: this });
    return { projectId: project.id, teamId };
  }

  #variables(of: OfProject, variables: Readonly<Record<string, string | Output<string>>>): void {
    for (const [key, value] of Object.entries(variables)) {
      const targets = ['production', 'preview'];
      new ProjectEnvironmentVariable(key, { ...of, key, value, targets, sensitive: false }, { parent: this });
    }
  }

  #guards(of: OfProject, addresses: Addresses): (FirewallConfig | ProjectRoute)[] {
    const place = { parent: this };
    return [
      new FirewallConfig('firewall', { ...of, enabled: true, rules: { rules: firewallRules } }, place),
      new ProjectRoute('health', { ...of, ...normalizeHealthRoute(addresses) }, place),
    ];
  }
}
