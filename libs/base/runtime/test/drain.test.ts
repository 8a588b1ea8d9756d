import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { drain } from '../src/drain.ts';
import { HealthChecks } from '../src/health.ts';
import { createLogger } from '../src/logger.ts';

async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port };
}

function parts(server: Server) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level: 'info', stream: { write: (line) => lines.push(line) } });
  const order: string[] = [];
  const close = async () => void order.push('closed');
  return { health: new HealthChecks(), server, logger, close, within: '100 milliseconds', lines, order } as const;
}

describe('drain', () => {
  it('stops being ready first, then ends work, then closes', async () => {
    const { server } = await listening();
    const settings = parts(server);
    const onDrain = async () => {
      settings.order.push(settings.health.stopping ? 'work ended while not ready' : 'work ended while ready');
    };
    expect(await drain({ ...settings, onDrain })).toBe(0);
    expect(settings.order).toEqual(['work ended while not ready', 'closed']);
  });

  it('closes a kept-alive connection that falls idle', async () => {
    const { server, port } = await listening();
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    expect(await drain(parts(server))).toBe(0);
    await closed;
  });

  it('cuts off work that outlasts the limit, closes all the same, and says so', async () => {
    const { server } = await listening();
    const settings = parts(server);
    expect(await drain({ ...settings, onDrain: () => new Promise(() => undefined) })).toBe(1);
    expect(settings.order).toEqual(['closed']);
    expect(settings.lines.join('')).toContain('still in flight after 100 milliseconds');
  });

  it('reports work that fails, and pools that do not close', async () => {
    const failing = parts((await listening()).server);
    expect(await drain({ ...failing, onDrain: () => Promise.reject(new Error('lease store away')) })).toBe(1);
    expect(failing.order).toEqual(['closed']);
    expect(failing.lines.join('')).toContain('lease store away');
    const stuck = parts((await listening()).server);
    expect(await drain({ ...stuck, close: () => new Promise(() => undefined) })).toBe(1);
    expect(stuck.lines.join('')).toContain('did not close in time');
  });
});
