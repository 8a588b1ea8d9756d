import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { summarise } from './checks/shape.ts';

/** The aims of the design; they are reported, the hard limits are linted. */
const aims = 'aims: median ≤ 110 lines, p90 ≤ 300, comments 10 to 20 %';

/** `node ops/src/shape.ts`: size and comment share of the sources that git knows, one line per top folder. */
function main(): void {
  const root = path.resolve(import.meta.dirname, '../..');
  const listed = spawnSync('git', ['ls-files', '*.ts', '*.mjs'], { cwd: root, encoding: 'utf8' });
  if (listed.status !== 0) throw new Error(`git ls-files failed; run this in a checkout: ${listed.stderr}`);
  const sources = listed.stdout.split('\n').filter((file) => file !== '' && !file.includes('/test/'));
  const groups = Map.groupBy(sources, (file) => (file.includes('/') ? file.split('/')[0]! : 'root'));
  const print = (name: string, files: readonly string[]): void => {
    const { medianLines, p90Lines, longest, commentShare } = summarise(files.map((file) => path.join(root, file)));
    const figures = `median ${medianLines}, p90 ${p90Lines}, longest ${longest.lines} (${path.relative(root, longest.path)})`;
    process.stdout.write(
      `${name.padEnd(11)} ${String(files.length).padStart(4)} files, ${figures}, comments ${commentShare} %\n`,
    );
  };
  for (const [name, files] of groups) print(name, files);
  print('all', sources);
  process.stdout.write(`${aims}\n`);
}

main();
