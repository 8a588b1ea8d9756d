import { describe, expect, it } from '@jest/globals';
import { roles } from '@keelson/access';
import { channel } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import { maySee } from '../src/visibility.ts';

describe('maySee', () => {
  it.each(roles)('shows the ledger to the role %s only from trader upwards, the rest to everybody', (role) => {
    const seen = channel.options.filter((name) => maySee({ userId: 'u', teamId: newId(), role }, name));
    const everybody = ['orders', 'trades', 'system'];
    expect(seen.toSorted()).toEqual((role === 'viewer' ? everybody : [...everybody, 'ledger']).toSorted());
  });
});
