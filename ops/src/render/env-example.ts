import type { RenderSource } from './renderer.ts';
import { generated, type Renderer } from './renderer.ts';
import { variablesOf, type Variable } from './environment.ts';

interface Shared extends Variable {
  readonly usedBy: readonly string[];
  readonly secret: string | undefined;
}

/** Every variable once, with the services that read it. */
function collect({ services }: RenderSource): readonly Shared[] {
  const found = new Map<string, Shared>();
  for (const service of services) {
    for (const variable of variablesOf(service)) {
      const known = found.get(variable.name);
      const secret = service.secrets.find((spec) => spec.variable === variable.name);
      found.set(variable.name, {
        ...variable,
        required: variable.required || (known?.required ?? false),
        usedBy: [...(known?.usedBy ?? []), service.name],
        secret: secret ? `${secret.purpose}; replaced ${rotation(secret.rotateEvery)}` : known?.secret,
      });
    }
  }
  return [...found.values()];
}

function rotation(every: string): string {
  return every === 'on compromise' ? every : `every ${every}`;
}

function block(variable: Shared, everywhere: number): string {
  const readers = variable.usedBy.length === everywhere ? 'every service' : variable.usedBy.join(', ');
  const lines = [`# ${variable.description}`];
  if (variable.choices.length > 0) lines.push(`# one of: ${variable.choices.join(', ')}`);
  lines.push(`# read by ${readers}${variable.required ? '; required' : ''}`);
  if (variable.secret) lines.push(`# secret: ${variable.secret}`);
  lines.push(variable.required ? `${variable.name}=` : `#${variable.name}=${variable.fallback ?? ''}`);
  return lines.join('\n');
}

/** Every variable with its meaning. Required ones stand empty, the others commented out with their default. */
export const envExample: Renderer = {
  path: '.env.example',
  async render(source) {
    const blocks = collect(source).map((variable) => block(variable, source.services.length));
    const guide =
      '# The local stack and the Pulumi targets set these themselves; this page is for running a service by hand.';
    return `${generated.hash}${guide}\n\n${blocks.join('\n\n')}\n`;
  },
};
