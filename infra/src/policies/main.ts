import { flushCompileCache } from 'node:module';
import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from '@pulumi/policy';
import { placeOf } from '../environments/named.ts';
import { knownOf, sealedOf } from './read.ts';
import type { Place, PlannedResource, Rule } from './rule.ts';
import { rules } from './rules.ts';
import { SEALED, secretsSecret } from './rules/secrets-secret.ts';

/** The policy pack: `pulumi preview --policy-pack infra/src/policies`. Every rule is mandatory. */

/** The stack is part of a resource's name: `urn:pulumi:prod::keelson::…`. Undefined where everything is one machine. */
function placeOfUrn(urn: string): Place | undefined {
  const { environment, layer } = placeOf(urn.split(':')[2] ?? '');
  return environment.target === 'local' ? undefined : { environment, layer };
}

function sentence(rule: Rule, words: string): string {
  return `${words}. To mend it: ${rule.fix}.`;
}

/** Inputs by resource: a stack is looked at with outputs only, and not every resource has its inputs among them. */
const inputs = new Map<string, Record<string, unknown>>();

/** Names of the properties that came sealed, by resource: only a remediation is told of them. */
const sealed = new Map<string, readonly string[]>();

function resourcePolicy(rule: Rule, check: NonNullable<Rule['check']>): ResourceValidationPolicy {
  const { name, description } = rule;
  return {
    name,
    description,
    enforcementLevel: 'mandatory',
    validateResource({ urn, type, name: resource, props, opts }, report) {
      const place = placeOfUrn(urn);
      if (!place) return;
      const planned: PlannedResource = { type, name: resource, properties: knownOf(props), protect: opts.protect };
      for (const words of check(planned, place)) report(sentence(rule, words), urn);
    },
  };
}

/** Answers nothing to the remediation, and so changes nothing: it is where the engine says what is sealed. */
function secretsPolicy(rule: Rule): ResourceValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: 'remediate',
    remediateResource({ urn, props }) {
      sealed.set(urn, sealedOf(props));
    },
    validateResource({ urn, type, name, props, opts }, report) {
      const place = placeOfUrn(urn);
      if (!place) return;
      inputs.set(urn, knownOf(props));
      const hidden = Object.fromEntries((sealed.get(urn) ?? []).map((property) => [property, SEALED]));
      const planned = { type, name, properties: { ...knownOf(props), ...hidden }, protect: opts.protect };
      for (const words of rule.check?.(planned, place) ?? []) report(sentence(rule, words), urn);
    },
  };
}

function stackPolicy(rule: Rule, checkAll: NonNullable<Rule['checkAll']>): StackValidationPolicy {
  return {
    name: `${rule.name}-everywhere`,
    description: rule.description,
    enforcementLevel: 'mandatory',
    validateStack({ resources }, report) {
      const place = placeOfUrn(resources[0]?.urn ?? '');
      if (!place) return;
      const planned = resources.map(({ urn, type, name, props, opts }) => {
        return { type, name, properties: { ...inputs.get(urn), ...knownOf(props) }, protect: opts.protect };
      });
      for (const words of checkAll(planned, place)) report(sentence(rule, words));
    },
  };
}

new PolicyPack('keelson', {
  policies: rules.flatMap((rule) => [
    ...(rule === secretsSecret ? [secretsPolicy(rule)] : rule.check ? [resourcePolicy(rule, rule.check)] : []),
    ...(rule.checkAll ? [stackPolicy(rule, rule.checkAll)] : []),
  ]),
});
// The engine ends a pack by killing it, which would keep nothing for the next start.
flushCompileCache();
