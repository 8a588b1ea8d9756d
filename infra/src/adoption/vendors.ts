import { z } from 'zod';
import { cloudSettings, type SettingName } from '../cloud/settings.ts';
import { placeFrom } from '../providers/vendor/context.ts';
import { cloudflareLookUps } from './cloudflare.ts';
import { githubLookUps } from './github.ts';
import type { LookUps } from './look-up.ts';
import type { StackEngine } from './stack-engine.ts';
import { vercelLookUps } from './vercel.ts';

const configuration = z.record(z.string(), z.object({ value: z.string().optional() }));

/** Look-ups for every official provider, with the stack's own tokens; those stay in this process. */
export async function lookUpsOf(engine: StackEngine): Promise<LookUps> {
  const { code, stdout, stderr } = await engine.run(['config', '--json', '--show-secrets']);
  if (code !== 0) throw new Error(`The configuration of the stack ${engine.stack} cannot be read: ${stderr}`);
  const values = configuration.parse(JSON.parse(stdout));
  const setting = (name: SettingName): string => values[`keelson:${cloudSettings[name].key}`]?.value ?? '';
  return {
    ...cloudflareLookUps(setting('cloudflareToken'), placeFrom('CLOUDFLARE', engine.environment)),
    ...vercelLookUps(setting('vercelToken'), placeFrom('VERCEL', engine.environment)),
    ...githubLookUps(setting('githubToken'), setting('githubOwner'), placeFrom('GITHUB', engine.environment)),
  };
}
