/**
 * The `keelson` commands in a piece of shell, as words without `keelson`. Knows what our cells use: quotes, variables,
 * comments, line continuation, and the operators that separate commands. Variables become what `valueOf` says.
 */
export function keelsonCommands(code: string, valueOf: (variable: string) => string): string[][] {
  const lines = code.replaceAll('\\\n', ' ').split('\n');
  return lines
    .flatMap((line) => splitCommands(line))
    .flatMap((command) => {
      const words = wordsOf(command, valueOf);
      const start = words.findIndex(
        (word) => !/^[A-Z_]+=/.test(word) && !['npx', 'exec', '!', 'if', 'then', 'while', 'until', 'do'].includes(word),
      );
      return words[start] === 'keelson' ? [words.slice(start + 1)] : [];
    });
}

/** Parts between |, ||, &&, ; and $( ), outside of quotes; a comment ends the line. */
function splitCommands(line: string): string[] {
  const parts: string[] = [];
  let current = '';
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index] as string;
    if (quote === '' && char === '#' && (index === 0 || /\s/.test(line[index - 1] as string))) break;
    if (char === quote) quote = '';
    else if (quote === '' && (char === "'" || char === '"')) quote = char;
    const opens = quote !== "'" && char === '$' && line[index + 1] === '(';
    const separates = quote === '' && '|&;()<>'.includes(char);
    if (!opens && !separates) {
      current += char;
      continue;
    }
    parts.push(current);
    current = '';
    // What follows a redirection is a file, no command.
    if (char === '>' || char === '<') current = ': ';
    if (opens) {
      index += 1;
      quote = '';
    }
  }
  return [...parts, current].filter((part) => part.trim() !== '');
}

function wordsOf(command: string, valueOf: (variable: string) => string): string[] {
  const pattern = /(?:"[^"]*"|'[^']*'|[^\s"'])+/g;
  return (command.match(pattern) ?? []).map((word) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'|([^"']+)/g, (_all, double?: string, single?: string, bare?: string) => {
      if (single !== undefined) return single;
      return (double ?? bare ?? '').replaceAll(/\$\{?([A-Za-z_]\w*)\}?/g, (_variable, name: string) => valueOf(name));
    }),
  );
}
