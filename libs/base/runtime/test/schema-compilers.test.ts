import { fastify } from 'fastify';
import { expect, it } from '@jest/globals';
import { noSchemaCompilers } from '../src/schema-compilers.ts';

it.each(['body', 'response'])('a route with a %s schema for Fastify does not start', async (part) => {
  const server = fastify({ schemaController: noSchemaCompilers });
  const schema = part === 'body' ? { body: { type: 'object' } } : { response: { 200: { type: 'object' } } };
  server.post('/', { schema }, () => ({}));
  await expect(server.ready()).rejects.toThrow('checked by zod');
});
