import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** The process that listens on a port. */
export interface PortOwner {
  readonly pid: number;
  readonly command: string;
}

/** Whether nothing listens on a port of 127.0.0.1; found out by listening on it for a moment. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Text of a file or link below /proc, which may vanish while it is read or belong to another user. */
function procText(read: () => string): string {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'].includes(code)) return '';
    throw error;
  }
}

/** Socket numbers that listen on a port, from the kernel's tables (state 0A is LISTEN). */
function listeningSockets(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    procText(() => readFileSync(file, 'utf8')).split('\n'),
  );
  const fields = lines.map((line) => line.trim().split(/\s+/)).filter((line) => line[1]?.endsWith(wanted));
  return new Set(fields.filter((line) => line[3] === '0A').map((line) => `socket:[${line[9]}]`));
}

function commandOf(pid: number): string {
  return procText(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
    .replaceAll('\0', ' ')
    .trim();
}

function holdsOne(pid: string, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const descriptors = procText(() => readdirSync(folder).join('\n')).split('\n');
  return descriptors
    .filter(Boolean)
    .some((descriptor) => sockets.has(procText(() => readlinkSync(`${folder}/${descriptor}`))));
}

function ownerOnLinux(port: number, likely: readonly number[]): PortOwner | undefined {
  const sockets = listeningSockets(port);
  const all = (): string[] => readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const holds = (pid: string): boolean => holdsOne(pid, sockets);
  const pid = likely.map(String).find(holds) ?? all().find(holds);
  return pid === undefined ? undefined : { pid: Number(pid), command: commandOf(Number(pid)) };
}

function ownerElsewhere(port: number): PortOwner | undefined {
  try {
    const text = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], { encoding: 'utf8' });
    const pid = /^p(\d+)/m.exec(text)?.[1];
    return pid === undefined ? undefined : { pid: Number(pid), command: /^c(.*)/m.exec(text)?.[1] ?? '' };
  } catch (error) {
    // lsof exits with 1 when it finds nothing it may show.
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

/**
 * Who listens on a port; undefined when that is a process of another user, which the system doesn't show. The `likely`
 * process ids are looked at first: a look at all takes long on a busy machine.
 */
export function ownerOf(port: number, likely: readonly number[] = []): PortOwner | undefined {
  return process.platform === 'linux' ? ownerOnLinux(port, likely) : ownerElsewhere(port);
}
