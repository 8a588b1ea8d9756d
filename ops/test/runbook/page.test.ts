import { describe, expect, it } from '@jest/globals';
import { commands } from '../../src/commands.ts';
import { readCells } from '../../src/runbook/cell.ts';
import { checkPage, checkRunbooks } from '../../src/runbook/check.ts';
import { headings, type Page } from '../../src/runbook/page.ts';
import { keelsonCommands } from '../../src/runbook/shell-words.ts';
import { repository } from '../fixture/keelson.ts';

function cell(attributes: object, code: string): string {
  return ['```sh ' + JSON.stringify(attributes), code, '```'].join('\n');
}

const sections: Record<string, string> = {
  Meaning: 'Signals wait. The metric is `keelson_outbox_oldest_age_seconds`.',
  Impact: 'Trades come late.',
  'First five minutes': cell({ name: 'look' }, 'keelson status'),
  Diagnosis: cell({ name: 'depth', expect: 'services' }, 'keelson status --json | grep services'),
  Mitigation: cell({ name: 'mend', danger: 'changes', inputs: 'service:name' }, 'keelson restart "$SERVICE" --yes'),
  Verify: cell({ name: 'cleared', assert: 'cleared', within: '30 seconds' }, 'keelson alerts --json'),
  Escalate: 'Run `keelson halt --reason "backlog"`.',
};

/** A sound page, with some of its sections replaced. */
function page(changes: Record<string, string> = {}): Page {
  const text = headings.map((heading) => `## ${heading}\n\n${changes[heading] ?? sections[heading]}\n`).join('\n');
  return {
    name: 'SignalsWait',
    area: 'signals',
    file: 'runbooks/signals/SignalsWait.md',
    text: `# SignalsWait\n\n${text}`,
  };
}

describe('checkPage', () => {
  it('finds nothing on a sound page', () => {
    expect(checkPage(page(), commands)).toEqual([]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a command that does not exist',
      { Diagnosis: cell({ name: 'x' }, 'keelson depths') },
      /keelson depths" is not a command line/,
    ],
    ['a flag that does not exist', { Escalate: 'Run `keelson halt --why now`.' }, /unknown option '--why'/],
    [
      'a resume without its reason',
      { Mitigation: cell({ name: 'x' }, 'true && keelson resume') },
      /--reason: is required/,
    ],
    [
      'a metric that nobody exports',
      { Meaning: '`keelson_outbox_age_seconds` grows.' },
      /keelson_outbox_age_seconds is not in the catalogue/,
    ],
    ['a placeholder', { Impact: 'TODO' }, /a placeholder is left: TODO/],
    ['a verification that verifies nothing', { Verify: cell({ name: 'x' }, 'keelson alerts') }, /verifies nothing/],
    ['a section without a cell', { Mitigation: 'Wait.' }, /"Mitigation" has no executable cell/],
    ['an empty section', { Impact: '' }, /"Impact" is empty/],
    ['two cells of one name', { Diagnosis: cell({ name: 'look' }, 'keelson status') }, /two cells are named look/],
    [
      'an unknown attribute',
      { Diagnosis: cell({ name: 'x', dangerous: 'yes' }, 'true') },
      /SignalsWait.md:\d+: .*dangerous/,
    ],
    ['attributes that are not JSON', { Diagnosis: '```sh {name: x}\ntrue\n```' }, /attributes are not JSON/],
    [
      'an input of an unknown type',
      { Mitigation: cell({ name: 'x', inputs: 'amount:money' }, 'true') },
      /"amount:money" must be name:type/,
    ],
    ['too many lines', { Escalate: 'Call.\n'.repeat(40) }, /at most 60/],
    ['another order of headings', { Impact: 'x\n\n## Notes\n\ny' }, /they must be Meaning · Impact/],
  ])('finds %s', (_what, change, expected) => {
    expect(checkPage(page(change), commands).join('\n')).toMatch(expected);
  });
});

describe('the pages of this repository', () => {
  it('are sound, and each has its alert beside it', async () => {
    const { pages, problems } = await checkRunbooks(repository, commands);
    expect(problems).toEqual([]);
    expect(pages).toBeGreaterThanOrEqual(2);
  });
});

describe('readCells', () => {
  it('reads attributes in Runme’s form, and leaves plain code blocks alone', () => {
    const text = `## Diagnosis\n\n\`\`\`sh\nls\n\`\`\`\n\n${cell({ name: 'look', interactive: 'false', within: '2 seconds' }, 'true')}`;
    expect(readCells(text, 'runbooks/a/Name.md')).toEqual([
      expect.objectContaining({
        name: 'look',
        page: 'Name',
        section: 'Diagnosis',
        danger: 'none',
        within: 2_000,
        code: 'true',
        line: 7,
      }),
    ]);
  });

  it('names the line of a block that is never closed', () => {
    expect(() => readCells('## Meaning\n```sh {"name":"x"}\n', 'a.md')).toThrow(
      'a.md:2: the code block is never closed',
    );
  });
});

describe('keelsonCommands', () => {
  const words = (code: string) => keelsonCommands(code, (name) => `<${name}>`);

  it.each<[string, string[][]]>([
    ['keelson status --json | jq .', [['status', '--json']]],
    ['npx keelson halt --reason "a b" && keelson alerts', [['halt', '--reason', 'a b'], ['alerts']]],
    ["echo 'keelson nothing' # keelson comment", []],
    ['id=$(keelson signal --json)', [['signal', '--json']]],
    ['keelson explain "$ORDER" > keelson', [['explain', '<ORDER>']]],
    ['KEELSON_STACK=x keelson restart \\\n  $SERVICE', [['restart', '<SERVICE>']]],
    ["if keelson status --expect-ready; then echo 'a && keelson b'; fi", [['status', '--expect-ready']]],
  ])('%s', (code, expected) => {
    expect(words(code)).toEqual(expected);
  });
});
