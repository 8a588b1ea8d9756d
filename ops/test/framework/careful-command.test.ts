import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineCarefulCommand, type CarefulSpec, type Plan } from '../../src/framework/command.ts';
import { exitCode, Failure } from '../../src/framework/failure.ts';
import { createUi } from '../../src/framework/ui.ts';
import { recordingContext } from '../fixture/context.ts';

const args = z.object({});
const output = z.object({ done: z.boolean() });

function command(plan: Plan, steps: string[], verified = true) {
  const spec: CarefulSpec<typeof args, typeof output> = {
    name: 'wipe',
    summary: 'removes things',
    danger: 'dangerous',
    args,
    examples: ['keelson wipe'],
    output,
    plan: async () => (steps.push('plan'), plan),
    apply: async () => (steps.push('apply'), { done: true }),
    verify: async () => {
      steps.push('verify');
      if (!verified) throw new Failure('It is still there', { fix: 'look' });
    },
    audit: async () => void steps.push('audit'),
    human: () => 'done',
  };
  return defineCarefulCommand(spec);
}

/** A user interface whose input and output are no terminals. */
function piped(assumeYes: boolean) {
  const lines: string[] = [];
  const stream = { write: (text: string) => (lines.push(text), true) } as unknown as NodeJS.WritableStream;
  return createUi({ environment: {}, assumeYes, input: {}, output: stream });
}

describe('a careful command', () => {
  it('plans, asks, applies, verifies and audits, in this order', async () => {
    const steps: string[] = [];
    const context = recordingContext('/nowhere');
    const plan: Plan = { steps: ['remove all'], question: 'Sure?', unattended: 'refuse' };
    await expect(command(plan, steps).run(context, {})).resolves.toEqual({ done: true });
    expect(steps).toEqual(['plan', 'apply', 'verify', 'audit']);
    expect(context.said).toEqual(['  · remove all', '? Sure?']);
  });

  it('does nothing without a terminal and without --yes, and exits as Pulumi does', async () => {
    const steps: string[] = [];
    const context = recordingContext('/nowhere', { ui: piped(false) });
    const run = command({ steps: [], question: 'Sure?', unattended: 'refuse' }, steps).run(context, {});
    await expect(run).rejects.toMatchObject({ code: exitCode.usage, fix: expect.stringContaining('--yes') });
    expect(steps).toEqual(['plan']);
  });

  it('goes on without a terminal with --yes, and where the arguments alone say enough', async () => {
    for (const [ui, unattended] of [
      [piped(true), 'refuse'],
      [piped(false), 'proceed'],
    ] as const) {
      const steps: string[] = [];
      await command({ steps: [], question: 'Sure?', unattended }, steps).run(recordingContext('/nowhere', { ui }), {});
      expect(steps).toContain('audit');
    }
  });

  it('fails when the verification fails, and records no success', async () => {
    const steps: string[] = [];
    const run = command({ steps: [], unattended: 'proceed' }, steps, false).run(recordingContext('/nowhere'), {});
    await expect(run).rejects.toThrow('It is still there');
    expect(steps).not.toContain('audit');
  });
});
