import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { holdTradingState } from '@keelson/messaging';
import { HaltWorld } from '../support/halt-world.ts';
import { resumeTrading } from '../../src/halt/resume.ts';

describe('the block of a halt, and its end', () => {
  let world: HaltWorld;
  beforeAll(async () => {
    world = await HaltWorld.start();
  }, 30_000);
  afterEach(() => world.reset());
  afterAll(() => world.close());

  const resume = (actor: string, people: 1 | 2 = 1) =>
    resumeTrading(world.database.db, { scope: world.scope, reason: 'checked by hand', actor, people }, () => undefined);
  const state = async () => {
    const [row] = await world.database.admin<{ state: string }>(
      `select state from keelson.trading_states where scope like 'account:%'`,
    );
    return row?.state;
  };

  it('waits for a claim that is being written, but not for one whose process is frozen in the middle of it', async () => {
    const { teamId } = world.team;
    const order: string[] = [];
    const quick = world.database.db.transaction(teamId, async (tx) => {
      holdTradingState(tx);
      await tx.query({ name: 'test.one', text: 'select 1' });
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push('claimed');
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([quick, world.request().then(() => order.push('blocked'))]);
    expect(order).toEqual(['claimed', 'blocked']);
    await world.reset();

    // Nothing ends this session by itself: it stands for a worker under SIGSTOP.
    const frozen = await world.database.db.connectSession();
    frozen.on('error', () => undefined);
    await frozen.query('begin');
    await frozen.query('select pg_advisory_xact_lock_shared(19272, 1)');
    const halt = await world.request();
    expect(halt).toMatchObject({ phase: 'cancel' });
    expect(halt.blockedAt!.getTime() - halt.requestedAt.getTime()).toBeLessThan(5_000);
    await expect(frozen.query('commit')).rejects.toThrow();
    await frozen.end().catch(() => undefined);
  });

  it('is not undone while the halt has not proven itself, by nobody', async () => {
    const asked = await world.request();
    expect(await resume('a')).toMatchObject({ outcome: 'halt_unfinished', haltId: asked.haltId, phase: 'cancel' });
    expect(await state()).toBe('HALTED');
    await world.drive(asked);
    expect(await resume('a')).toMatchObject({ outcome: 'resumed', state: { from: 'HALTED', to: 'ACTIVE' } });
    expect(await state()).toBe('ACTIVE');
  });

  it('is not undone while the books differ from the venue’s', async () => {
    await world.drive(await world.request());
    const { accountId } = world.team;
    await world.database.admin(`update keelson.reconciliations set state = 'differing' where account_id = $1`, [
      accountId,
    ]);
    expect(await resume('a')).toEqual({ outcome: 'unreconciled', accountIds: [accountId] });
    expect(await state()).toBe('HALTED');
    await world.database.admin(`update keelson.reconciliations set state = 'clean' where account_id = $1`, [accountId]);
  });

  it('takes two people where two are asked for: the same one twice is one, and an old word counts no more', async () => {
    await world.drive(await world.request());
    expect(await resume('a', 2)).toMatchObject({ outcome: 'waiting', approvedBy: ['a'] });
    expect(await resume('a', 2)).toMatchObject({ outcome: 'waiting', approvedBy: ['a'] });
    await world.database.admin(`update keelson.resume_approvals set approved_at = now() - interval '16 minutes'`);
    expect(await resume('b', 2)).toMatchObject({ outcome: 'waiting', approvedBy: ['b'] });
    expect(await state()).toBe('HALTED');
    expect(await resume('a', 2)).toMatchObject({ outcome: 'resumed', approvedBy: ['b', 'a'] });
    expect(await state()).toBe('ACTIVE');
  });

  it('needs both people again after another halt', async () => {
    await world.drive(await world.request());
    await resume('a', 2);
    await world.drive(await world.request());
    expect(await resume('b', 2)).toMatchObject({ outcome: 'waiting', approvedBy: ['b'] });
    expect(await state()).toBe('HALTED');
  });
});
