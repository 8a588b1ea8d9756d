import type { Rule } from '../rule.ts';

const BY_DIGEST = /^[^\s@]+@sha256:[0-9a-f]{64}$/;

/** A tag can come to mean another image under a running service; a digest cannot. */
export const imagesByDigest: Rule = {
  name: 'images-by-digest',
  description: 'Services run an image by its digest',
  fix: 'push it with `keelson image push`, and set keelson:image to what that prints',
  check({ type, properties }) {
    if (type !== 'railway:index:ServiceInstance' || BY_DIGEST.test(String(properties['image']))) return [];
    return [`the image ${String(properties['image'])} has no digest`];
  },
};
