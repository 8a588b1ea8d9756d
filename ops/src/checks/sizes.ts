/** The hard limits on size. What is longer has more than one idea in it. */
export const sizeLimits = {
  sourceFile: 450,
  testFile: 500,
  function: 70,
  constructorDependencies: 7,
} as const;

/** Lines that a file may have; undefined when it keeps within the limit. */
export function checkFileLength(file: string, lines: number): string | undefined {
  const test = /\/test\//.test(file);
  const limit = test ? sizeLimits.testFile : sizeLimits.sourceFile;
  if (lines <= limit) return undefined;
  return `Size limit "file": ${lines} lines, at most ${limit}. Fix: split it by idea, one ${test ? 'subject' : 'noun'} per file.`;
}

/**
 * Lines of a function or constructor, its signature and closing brace included. A migration is a list of statements
 * that is read from top to bottom and never again changed: there is nothing in it to name.
 */
export function checkFunctionLength(file: string, lines: number): string | undefined {
  if (file.includes('/migrations/') || lines <= sizeLimits.function) return undefined;
  return `Size limit "function": ${lines} lines, at most ${sizeLimits.function}. Fix: name the parts and call them.`;
}

/** Parameters of a constructor. */
export function checkConstructor(parameters: number): string | undefined {
  if (parameters <= sizeLimits.constructorDependencies) return undefined;
  return `Size limit "constructor": ${parameters} dependencies, at most ${sizeLimits.constructorDependencies}. Fix: split the class, or pass one object that belongs together.`;
}
