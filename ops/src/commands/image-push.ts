import { z } from 'zod';
import { pushImage } from '../cloud/images.ts';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';

export const imagePush = defineCommand({
  name: 'image push',
  summary: 'push the image to a registry and print its name by digest, which an environment is set to',
  danger: 'changes',
  args: z.object({
    name: positional(z.string(), 'where to: registry/name, with a tag or without'),
    tag: flag(z.string().default('keelson:latest'), 'its name on this machine'),
  }),
  examples: [
    'keelson image push ghcr.io/acme/keelson',
    'keelson image push ghcr.io/acme/keelson:next --tag keelson:next',
  ],
  output: z.object({ image: z.string() }),
  run: async (context, { name, tag }) => ({ image: await pushImage(context, tag, name) }),
  human: ({ image }) => image,
});
