import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '@keelson/testkit';
import { Faults, type FaultSpec } from '../rehearsal/emulator/faults.ts';
import {
  HttpEmulator,
  type EmulatedAnswer,
  type EmulatedRequest,
  type EmulatedVendor,
} from '../rehearsal/emulator/http-emulator.ts';
import { Journal } from '../rehearsal/emulator/journal.ts';
import { VendorClient } from '../src/providers/vendor/client.ts';
import { isFailure, type VendorError } from '../src/providers/vendor/errors.ts';
import { makeOnce } from '../src/providers/vendor/make-once.ts';
import { paceOf, speedFrom } from '../src/providers/vendor/pace.ts';
import { waitUntil } from '../src/providers/vendor/wait-until.ts';

/** A vendor with one kind of thing, by name. */
class Shelf implements EmulatedVendor {
  readonly name = 'shelf';
  readonly things: string[] = [];

  classify({ method, path }: EmulatedRequest): { operation: string; mutating: boolean } {
    return { operation: `${method} ${path}`, mutating: method !== 'GET' };
  }

  async answer({ method, headers, body }: EmulatedRequest): Promise<EmulatedAnswer> {
    if (headers.authorization !== `Bearer ${TOKEN}`) return this.failure(401, 'who are you');
    if (method === 'GET') return { status: 200, body: this.things };
    this.things.push((body as { name: string }).name);
    return { status: 201, body };
  }

  failure(status: number, message: string): EmulatedAnswer {
    return { status, body: { message } };
  }
}

const TOKEN = 'canary-token-that-must-not-show';
const pace = paceOf({ startedAt: Date.now(), factor: 1_000 });
const shelf = new Shelf();
const journal = new Journal();
const faults = new Faults();
let emulator: HttpEmulator;

beforeAll(async () => {
  emulator = await HttpEmulator.start({ vendor: shelf, journal, faults, pace });
});
afterEach(() => {
  faults.clear();
  shelf.things.length = 0;
});
afterAll(() => emulator.close());

function client(token = TOKEN, baseUrl = emulator.url): VendorClient {
  return new VendorClient({
    vendor: 'Shelf',
    baseUrl,
    authorization: { authorization: `Bearer ${token}` },
    tokenHint: 'Set it with `pulumi config set --secret shelfToken`.',
    pace,
  });
}

const list = (of = client()) =>
  of.request({ what: 'list the things', method: 'GET', path: '/things', repeatable: true });
const create = (name: string) =>
  client().request({
    what: `create "${name}"`,
    method: 'POST',
    path: '/things',
    body: { name },
    repeatable: false,
  });

function order(fault: Pick<FaultSpec, 'kind' | 'moment'> & Partial<FaultSpec>): void {
  faults.order({ calls: 'any', nth: 1, times: 1, retryAfter: 1, ...fault });
}

async function failureOf(action: Promise<unknown>): Promise<VendorError> {
  return action.then(
    () => Promise.reject(new Error('it was expected to fail')),
    (error: VendorError) => error,
  );
}

describe('a request to a vendor', () => {
  it('waits as long as Retry-After says, in virtual time, and then succeeds', async () => {
    order({ kind: '429', moment: 'before', times: 2, retryAfter: 30 });
    const before = pace.now();
    await create('a');
    expect(shelf.things).toEqual(['a']);
    expect(pace.now() - before).toBeGreaterThan(59_000);
  });

  it.each([
    ['500', 'after'],
    ['timeout', 'after'],
    ['reset', 'before'],
  ] as const)('is ambiguous for a change that met a %s %s its effect, and is sent once', async (kind, moment) => {
    order({ kind, moment });
    const last = journal.entries.length;
    const error = await failureOf(create('a'));
    expect(error.failure).toBe('ambiguous');
    expect(error.message).toMatch(/^Could not create "a": Shelf .*run the command again, which looks first/);
    expect(journal.writesAfter(last)).toBe(1);
  });

  it('is repeated for a read whose answer got lost', async () => {
    shelf.things.push('a');
    order({ kind: 'reset', moment: 'before', times: 3 });
    expect((await list()).body).toEqual(['a']);
  });

  it('names the fix for a token that is not valid, and never the token', async () => {
    const error = await failureOf(list(client(`${TOKEN}-old`)));
    expect(error.failure).toBe('unauthorized');
    expect(error.message).toContain('pulumi config set --secret shelfToken');
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain(TOKEN);
  });

  it('says that nothing was changed when the vendor cannot be reached', async () => {
    const nobody = client(TOKEN, `http://127.0.0.1:${await freePort()}`);
    const error = await failureOf(
      nobody.request({ what: 'create "a"', method: 'POST', path: '/things', body: {}, repeatable: false }),
    );
    expect(error.failure).toBe('not_done');
    expect(error.message).toContain('Nothing was changed');
  });
});

describe('making something once', () => {
  const find = async (name: string) => ((await list()).body as string[]).find((thing) => thing === name);
  const once = (name: string) =>
    makeOnce(
      pace,
      () => find(name),
      () => create(name).then(() => name),
    );

  it.each(['500', 'timeout', 'reset'] as const)('finds what was made before a %s hid the answer', async (kind) => {
    order({ kind, moment: 'after', calls: 'mutating' });
    expect(await once('a')).toBe('a');
    expect(shelf.things).toEqual(['a']);
  });

  it('fails when it was not made, and makes exactly one when it is asked again', async () => {
    order({ kind: 'timeout', moment: 'before', calls: 'mutating' });
    expect(isFailure(await failureOf(once('a')), 'ambiguous')).toBe(true);
    expect(await once('a')).toBe('a');
    expect(await once('a')).toBe('a');
    expect(shelf.things).toEqual(['a']);
  });
});

describe('waiting', () => {
  it('gives up after its virtual time with the last state', async () => {
    const wait = waitUntil(pace, {
      until: 'it is ready',
      every: '5 seconds',
      atMost: '1 minute',
      look: async () => 'COMING_UP',
      done: (state) => state === 'READY',
      describe: (state) => state,
    });
    await expect(wait).rejects.toThrow('Waited 1 minute until it is ready; now it is COMING_UP');
  });

  it('ends at once when the work is called off', async () => {
    const off = AbortSignal.abort(new Error('the update was cancelled'));
    await expect(pace.sleep('1 day', off)).rejects.toThrow('the update was cancelled');
  });

  it('has one time for all processes of a rehearsal, and real time without one', () => {
    expect(speedFrom({})).toEqual({ startedAt: 0, factor: 1 });
    expect(speedFrom({ KEELSON_REHEARSAL_SPEED: '1000x60' })).toEqual({ startedAt: 1_000, factor: 60 });
    expect(() => speedFrom({ KEELSON_REHEARSAL_SPEED: '1000x0' })).toThrow('KEELSON_REHEARSAL_SPEED');
    expect(Math.abs(paceOf({ startedAt: 0, factor: 1 }).now() - Date.now())).toBeLessThan(5_000);
  });
});
