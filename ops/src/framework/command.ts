import type { z } from 'zod';
import type { Context } from './context.ts';
import type { Paint } from './ui.ts';

/** `none` looks, `changes` can be undone by another command, `dangerous` loses data or trades. */
export type Danger = 'none' | 'changes' | 'dangerous';

interface Description<Args extends z.ZodObject, Output extends z.ZodType> {
  /** The words after `keelson`. */
  readonly name: string;
  readonly summary: string;
  readonly danger: Danger;
  /** Each field is wrapped in `flag` or `positional`. */
  readonly args: Args;
  /** Whole command lines; the first is shown where there is room for one only. */
  readonly examples: readonly [string, ...string[]];
  /** The published schema of `--json`: of the one document, or of each line when `lines`. */
  readonly output: Output;
  /** True for commands that print as they go, one JSON object a line. */
  readonly lines?: boolean;
  /** The same result for a person, on stdout as well; an empty text prints nothing. */
  human(output: z.output<Output>, paint: Paint): string;
  /** The exit code of a result that is no error and still not good, e.g. a check that found something. */
  exitCode?(output: z.output<Output>): number;
}

/** A command that runs straight through. Returns its result; one with `lines` emits each and returns nothing. */
export interface CommandSpec<Args extends z.ZodObject, Output extends z.ZodType> extends Description<Args, Output> {
  run(context: Context, args: z.output<Args>): Promise<z.output<Output> | void>;
}

/** What is about to happen, said before it does. */
export interface Plan {
  readonly steps: readonly string[];
  /** Asked on a terminal. Absent: nothing to ask, e.g. because nothing would change or because haste is the point. */
  readonly question?: string;
  /**
   * Without a terminal: `proceed` where the arguments alone say enough (a flag that exists only for this, a reason that
   * must be given), `refuse` where --yes has to be added.
   */
  readonly unattended: 'proceed' | 'refuse';
}

/** A command in five steps: plan → confirm → apply → verify → audit. */
export interface CarefulSpec<Args extends z.ZodObject, Output extends z.ZodType> extends Description<Args, Output> {
  plan(context: Context, args: z.output<Args>): Promise<Plan>;
  apply(context: Context, args: z.output<Args>): Promise<z.output<Output>>;
  /** Looks whether what was wanted is so; throws a Failure when it is not. */
  verify(context: Context, args: z.output<Args>, output: z.output<Output>): Promise<void>;
  /** Records who did it and why. */
  audit(context: Context, args: z.output<Args>, output: z.output<Output>): Promise<void>;
}

/** A command with its types erased, as the tree holds it. */
export type Command = CommandSpec<z.ZodObject, z.ZodType>;

/** Checks the types of a command's parts against each other, then forgets them. */
export function defineCommand<Args extends z.ZodObject, Output extends z.ZodType>(
  spec: CommandSpec<Args, Output>,
): Command {
  // Sound because main parses arguments with `args` before it calls `run`, and results with `output` before `human`.
  return spec as unknown as Command;
}

/** Makes a command of the five steps. */
export function defineCarefulCommand<Args extends z.ZodObject, Output extends z.ZodType>(
  spec: CarefulSpec<Args, Output>,
): Command {
  return defineCommand<Args, Output>({
    ...spec,
    async run(context, args) {
      const plan = await spec.plan(context, args);
      for (const step of plan.steps) context.ui.say(`  ${context.ui.paint.dim('·')} ${step}`);
      if (plan.question) await context.ui.confirm(plan.question, plan.unattended);
      const output = await spec.apply(context, args);
      await spec.verify(context, args, output);
      await spec.audit(context, args, output);
      return output;
    },
  });
}
