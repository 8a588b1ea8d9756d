import { styleText } from 'node:util';
import type { WriteStream } from 'node:tty';
import { exitCode, Failure } from './failure.ts';

type Style = Parameters<typeof styleText>[0];

/** Colours for one stream; plain text where they are not wanted. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  accent(text: string): string;
}

/** NO_COLOR (any value but empty) turns colour off, FORCE_COLOR on; else a terminal decides. */
function coloured(stream: Pick<WriteStream, 'isTTY'>, environment: NodeJS.ProcessEnv): boolean {
  if (environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

export function createPaint(stream: Pick<WriteStream, 'isTTY'>, environment: NodeJS.ProcessEnv): Paint {
  const on = coloured(stream, environment);
  const paint = (style: Style) => (text: string) => (on ? styleText(style, text, { validateStream: false }) : text);
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    bad: paint('red'),
    warn: paint('yellow'),
    accent: paint('cyan'),
  };
}

/** Talk with the person: everything goes to stderr, because stdout belongs to results. */
export interface Ui {
  /** Styles for stderr. */
  readonly paint: Paint;
  /** Someone sits there and can answer. */
  readonly interactive: boolean;
  say(line: string): void;
  warn(line: string): void;
  /** Returns when the answer is yes; throws a Failure when it is no, or when nobody can be asked and --yes is missing. */
  confirm(question: string, unattended: 'proceed' | 'refuse'): Promise<void>;
}

export interface UiOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly assumeYes: boolean;
  readonly input: { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

export function createUi(options: UiOptions): Ui {
  const { environment, assumeYes, input, output } = options;
  const paint = createPaint({ isTTY: output.isTTY === true }, environment);
  const interactive = input.isTTY === true && output.isTTY === true && !environment['CI'];
  return {
    paint,
    interactive,
    say: (line) => void output.write(`${line}\n`),
    warn: (line) => void output.write(`${paint.warn('!')} ${line}\n`),
    async confirm(question, unattended) {
      if (assumeYes || (!interactive && unattended === 'proceed')) return;
      if (!interactive) {
        throw new Failure(`This needs a yes, and nobody can be asked here: ${question}`, {
          code: exitCode.usage,
          fix: 'add --yes once you are sure',
        });
      }
      const { confirm } = await import('@clack/prompts');
      const answer = await confirm({ message: question, initialValue: false, output: process.stderr });
      if (answer !== true) {
        throw new Failure('Nothing was done: the answer was no', {
          code: exitCode.cancelled,
          fix: 'run the command again and answer yes, or add --yes',
        });
      }
    },
  };
}
