import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Stage } from '../rehearsal/stage.ts';
import { Sweep, titleOf, type Disturbance } from '../rehearsal/torture/cases.ts';
import { differenceOf, inventoryOf } from '../rehearsal/torture/inventory.ts';
import { converge } from '../rehearsal/torture/up.ts';
import { dev } from '../src/environments/dev.ts';
import { stacksOf } from '../src/environments/named.ts';

const UP_MS = 900_000;
const MOVED = { domain: 'example.org' };

/** Makes it, and cannot tell: the answer is lost as often as it is asked, or nobody is there any more to hear it. */
const unanswered: Disturbance = { kind: 'timeout', moment: 'after', lasting: true };
const unheard: Disturbance = { kind: 'kill-engine', moment: 'after', lasting: false };

describe('an environment that moves to another domain, and is never told what was made', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open(dev);
    // Of a real package each type has its own order; here each has one.
    stage.cloudflare.createsFirst = true;
    stage.vercel.createsFirst = false;
    for (const stack of stacksOf(dev)) expect(await stage.unruledUp(stack)).toMatchObject({ code: 0 });
  }, UP_MS);
  afterAll(() => stage.close());

  it(
    'adopts what took the place of something else, and nothing is there twice, too much or missing',
    async () => {
      const before = inventoryOf(stage);
      await stage.configure(dev.name, MOVED);
      const sweep = new Sweep((_vendor, name) => {
        if (/^cloudflare create .*DnsRecord/.test(name)) return unanswered;
        return /^vercel create .*ProjectDomain/.test(name) ? unheard : undefined;
      });
      const adopted: string[] = [];
      const told: string[] = [];
      const going = { environment: dev, choose: () => undefined, tell: (line: string) => void told.push(line) };
      const { problem } = await converge({ ...going, stage, sweep, adopted }, dev.name);
      stage.faults.clear();
      expect(problem).toBeUndefined();
      const lost = sweep.cases.map(titleOf);
      expect(lost.filter((title) => title.includes('DnsRecord'))).toHaveLength(5);
      expect(lost.filter((title) => title.includes('ProjectDomain'))).toHaveLength(1);
      // Some are made and noted before an engine is killed; whatever it could not note was adopted.
      expect(adopted).toEqual(expect.arrayContaining(['the domain app.dev.example.org']));
      expect(adopted.join('\n')).toContain('the DNS record CNAME app.dev.example.org');
      const wanted = before.map((entry) => entry.replaceAll('example.com', MOVED.domain));
      expect(differenceOf(wanted, inventoryOf(stage))).toEqual({ tooMuch: [], missing: [] });
    },
    UP_MS,
  );

  it(
    'has nothing left to do then',
    async () => {
      const run = await stage.run('preview', dev.name, '--expect-no-changes');
      expect(run).toMatchObject({ code: 0 });
    },
    UP_MS,
  );
});
