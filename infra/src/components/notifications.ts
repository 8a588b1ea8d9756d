import { NotificationPolicy } from '@pulumi/cloudflare/notificationPolicy.js';
import { ComponentResource, type Output, type ProviderResource } from '@pulumi/pulumi';
import type { CloudContext } from '../cloud/context.ts';
import { normalizePolicies } from './notifications-plan.ts';

/** Whom Cloudflare tells, of what. Monitors outside of every platform that we run on are a component of their own. */
export class Notifications extends ComponentResource {
  constructor(context: CloudContext, cloudflare: ProviderResource, poolIds: readonly Output<string>[] = []) {
    super('keelson:cloud:Notifications', 'notifications', {}, { providers: [cloudflare] });
    const { environment, settings, name } = context;
    const mechanisms = { emails: [{ id: settings.alertEmail }] };
    for (const { part, ...policy } of normalizePolicies(environment, poolIds)) {
      new NotificationPolicy(
        part,
        { accountId: settings.cloudflareAccount, name: name(part), enabled: true, mechanisms, ...policy },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
