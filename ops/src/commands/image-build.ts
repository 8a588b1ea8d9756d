import { z } from 'zod';
import { buildImage } from '../cloud/images.ts';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';

export const imageBuild = defineCommand({
  name: 'image build',
  summary: 'build the one image that every service runs from, with docker, podman or buildah',
  danger: 'none',
  args: z.object({ tag: flag(z.string().default('keelson:latest'), 'its name on this machine') }),
  examples: ['keelson image build', 'keelson image build --tag keelson:next'],
  output: z.object({ image: z.string() }),
  run: async (context, { tag }) => ({ image: await buildImage(context, tag) }),
  human: ({ image }, paint) => `${paint.good('✔')} ${image} is built; keelson image push <registry/name> pushes it`,
});
