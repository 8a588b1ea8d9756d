import { StackReference, type Output } from '@pulumi/pulumi';
import { z } from 'zod';
import type { CloudContext } from './context.ts';

/** What the data layer tells the app layer. */
const dataOutputs = z.object({
  database: z.object({
    url: z.string(),
    sessionUrl: z.string(),
    adminUrl: z.string(),
    appPassword: z.string(),
    issuer: z.string(),
    publishableKey: z.string(),
  }),
  cacheUrl: z.string(),
  backupBucket: z.string(),
});
export type DataOutputs = z.infer<typeof dataOutputs>;

/** Reads the outputs of the environment's data stack; fails with the command that makes them when they are not there. */
export function dataOutputsOf({ environment }: CloudContext): Output<DataOutputs> {
  const stack = `${environment.name}-data`;
  const reference = new StackReference(`organization/keelson/${stack}`);
  return reference.outputs.apply((outputs) => {
    const parsed = dataOutputs.safeParse(outputs);
    if (parsed.success) return parsed.data;
    const missing = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
    throw new Error(
      `The stack ${stack} does not tell ${missing} yet: bring it up first, with \`keelson up ${environment.name}\``,
    );
  });
}
