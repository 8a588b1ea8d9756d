import { describe, expect, it } from '@jest/globals';
import { rehearse } from '../rehearsal/rehearse.ts';
import { rehearsal } from '../rehearsal/steps.ts';
import { dev } from '../src/environments/dev.ts';

describe('the rehearsal of dev', () => {
  it('comes out, step by step, with no request that a vendor schema forbids and no secret in clear text', async () => {
    const told: string[] = [];
    const { steps, schemas, secrets } = await rehearse(dev, ({ name }) => told.push(name));
    expect(told).toEqual(rehearsal.map(({ name }) => name));
    expect(steps[0]?.writes).toBe(0);
    expect(schemas.filter(({ violations }) => violations > 0)).toEqual([]);
    // Where the schemas are here, they were used.
    for (const { oracle, checked } of schemas) expect(oracle === undefined || checked > 0).toBe(true);
    expect(secrets.leaks).toEqual([]);
    // What was set, what vendors made, and the passwords before the rotation; states, their history, logs.
    expect(secrets.known).toBeGreaterThan(12);
    expect(secrets.files).toBeGreaterThan(40);
  }, 900_000);
});
