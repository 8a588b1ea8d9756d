import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { exitCode, Failure } from '../framework/failure.ts';
import type { StackFolders } from './folders.ts';

const recordedProcess = z.object({
  name: z.string(),
  instance: z.string(),
  kind: z.enum(['service', 'datastore']),
  state: z.string(),
  pid: z.number().nullish(),
  port: z.number().nullish(),
  url: z.string().nullish(),
  restarts: z.number(),
  since: z.string(),
  lastExit: z.string().nullish(),
});
export type RecordedProcess = z.infer<typeof recordedProcess>;

const recordedStatus = z.object({
  stack: z.string(),
  socket: z.string().optional(),
  services: z.array(recordedProcess),
});
export type RecordedStatus = z.infer<typeof recordedStatus>;

/** What the supervisor last wrote; undefined when this stack never ran here. It may be out of date: probe before trusting it. */
export function readStatus(folders: StackFolders): RecordedStatus | undefined {
  let text: string;
  try {
    text = readFileSync(folders.statusFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return recordedStatus.parse(JSON.parse(text));
}

/** The failure of every command that needs a stack and finds none. */
export function notRunning(stack: string): Failure {
  return new Failure(`Stack ${stack} does not run on this machine`, { code: exitCode.noStack, fix: 'npm start' });
}

/** The recorded status; throws when there is none. */
export function requireStatus(folders: StackFolders, stack: string): RecordedStatus {
  const status = readStatus(folders);
  if (!status || status.services.length === 0) throw notRunning(stack);
  return status;
}

/** Address of a service's first instance, e.g. http://127.0.0.1:3000; throws when the service is not part of the stack. */
export function addressOf(status: RecordedStatus, service: string): string {
  const found = status.services.find((process) => process.name === service && process.kind === 'service');
  if (found?.url) return found.url.replace(/\/$/, '');
  if (found?.port) return `http://127.0.0.1:${found.port}`;
  throw new Failure(`Stack ${status.stack} has no running ${service}`, { code: exitCode.resource, fix: 'npm start' });
}

/** The stream's address for WebSocket clients. */
export function streamAddress(status: RecordedStatus): string {
  return `${addressOf(status, 'stream-gateway').replace(/^http/, 'ws')}/api/v1/ws`;
}
