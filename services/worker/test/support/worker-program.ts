import { createInterface } from 'node:readline';
import { Owner, WakeUpQueue } from '@keelson/messaging';
import { Database } from '@keelson/persistence';
import { RedisFrameSender } from '@keelson/stream';
import { Pipeline } from '@keelson/pipeline';
import { COMMON, type KillPoint, type WorkerSettings } from './pipeline-settings.ts';

/**
 * A worker process without HTTP: reads its settings from the first line of standard input, says "ready", and runs until it
 * is killed, by the test or by its own kill point.
 */
function killAt(kill: KillPoint) {
  let seen = 0;
  return (point: string, step: string) => {
    if (point === kill.point && step === kill.step && (seen += 1) === kill.nth) {
      process.kill(process.pid, kill.signal ?? 'SIGKILL');
    }
  };
}

process.stdout.write('loaded\n');
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await lines.next()).value as string) as WorkerSettings;
const { databaseUrl, redisUrl, paperBrokerUrl, fuse, steps, kill } = settings;
const database = new Database({
  url: databaseUrl,
  poolSize: 10,
  applicationName: 'worker-process',
  connectWithin: '20 seconds',
});
const parts = {
  database,
  owner: new Owner(database, 'worker'),
  wakeUps: new WakeUpQueue(redisUrl),
  frames: new RedisFrameSender(redisUrl),
};
const pipeline = new Pipeline(parts, {
  ...COMMON,
  ...{ redisUrl, paperBrokerUrl, fuse, steps },
  probe: kill && killAt(kill),
  onError: (error) => process.stderr.write(`${(error as Error).message}\n`),
});
await pipeline.start();
process.stdout.write('ready\n');
