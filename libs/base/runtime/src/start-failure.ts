import { writeSync } from 'node:fs';
import type { ConfigProblem } from './config.ts';
import { createLogger } from './logger.ts';
import { scrub } from './scrub.ts';

/** Exit code of refused configuration (EX_CONFIG of sysexits.h): restarting does not help. */
export const CONFIG_EXIT_CODE = 78;

/** ConfigError, or a lib's error of the same shape: some values are understood only where they are used. */
function configProblems(error: unknown): readonly ConfigProblem[] | undefined {
  if (!(error instanceof Error) || error.name !== 'ConfigError') return undefined;
  return (error as Error & { problems?: readonly ConfigProblem[] }).problems;
}

/** Says on stderr why a service does not start, as one JSON line and in plain words, and ends the process. */
export function refuseToStart(service: string, error: unknown): never {
  const say = (text: string) => writeSync(2, text);
  const logger = createLogger({ service, level: 'fatal', stream: { write: say } });
  const problems = configProblems(error);
  if (problems) {
    // Not under the name `key`, which the log takes for a secret.
    const named = problems.map(({ key, problem, expected }) => ({ variable: key, problem, expected }));
    logger.fatal({ problems: named }, `Configuration refused: ${problems.map(({ key }) => key).join(', ')}`);
    say(`\n${service} does not start; these environment variables need a change:\n`);
    for (const { key, problem, expected } of problems) say(`  ${key} is ${problem}: ${expected}\n`);
    process.exit(CONFIG_EXIT_CODE);
  }
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  const words =
    code === 'EADDRINUSE'
      ? `Port ${port} is taken; stop the process that has it or choose another port base`
      : scrub(String(message ?? error));
  logger.fatal({ error }, `Start failed: ${words}`);
  say(`\n${service} does not start: ${words}\n`);
  process.exit(1);
}
