import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importTable } from '../../src/checks/import-table.ts';
import { rowOf } from '../../src/checks/imports.ts';
import { lint } from './lint.ts';

const root = path.resolve(import.meta.dirname, '../../..');

interface Planted {
  readonly row: string;
  readonly file: string;
  readonly source: string;
  readonly rule: string;
}

/** One violation per row of the table: the nearest package that the row must not know. */
const perRow: readonly Planted[] = [
  { row: 'kernel', file: 'libs/base/kernel/src/a.ts', source: "import '@keelson/contracts';", rule: 'layer' },
  { row: 'contracts', file: 'libs/base/contracts/src/a.ts', source: "import '@keelson/catalogue';", rule: 'layer' },
  { row: 'catalogue', file: 'libs/base/catalogue/src/a.ts', source: "import '@keelson/contracts';", rule: 'layer' },
  { row: 'persistence', file: 'libs/base/persistence/src/a.ts', source: "import '@keelson/access';", rule: 'layer' },
  { row: 'messaging', file: 'libs/base/messaging/src/a.ts', source: "import '@keelson/access';", rule: 'layer' },
  { row: 'access', file: 'libs/base/access/src/a.ts', source: "import '@keelson/messaging';", rule: 'layer' },
  { row: 'runtime', file: 'libs/base/runtime/src/a.ts', source: "import '@keelson/risk';", rule: 'layer' },
  { row: 'testkit', file: 'libs/base/testkit/src/a.ts', source: "import '@keelson/orders';", rule: 'layer' },
  { row: 'market', file: 'libs/feeds/market/src/a.ts', source: "import '@keelson/risk';", rule: 'layer' },
  { row: 'risk', file: 'libs/trading/risk/src/a.ts', source: "import '@keelson/orders';", rule: 'layer' },
  { row: 'orders', file: 'libs/trading/orders/src/a.ts', source: "import '@keelson/ledger';", rule: 'layer' },
  { row: 'ledger', file: 'libs/trading/ledger/src/a.ts', source: "import '@keelson/stream';", rule: 'layer' },
  { row: 'signals', file: 'libs/trading/signals/src/a.ts', source: "import '@keelson/market';", rule: 'layer' },
  { row: 'brokers', file: 'libs/trading/brokers/src/a.ts', source: "import '@keelson/orders';", rule: 'layer' },
  { row: 'stream', file: 'libs/feeds/stream/src/a.ts', source: "import '@keelson/orders';", rule: 'layer' },
  { row: 'oversight', file: 'libs/trading/oversight/src/a.ts', source: "import '@keelson/signals';", rule: 'layer' },
  { row: 'pipeline', file: 'libs/trading/pipeline/src/a.ts', source: "import '@keelson/runtime';", rule: 'layer' },
  { row: 'service-*', file: 'services/api/src/a.ts', source: "import '@keelson/infra';", rule: 'layer' },
  { row: 'runbooks', file: 'runbooks/pipeline/A.alert.ts', source: "import '@keelson/kernel';", rule: 'layer' },
  { row: 'infra', file: 'infra/src/a.ts', source: "import '@keelson/contracts';", rule: 'layer' },
  { row: 'ops', file: 'ops/src/a.ts', source: "import '@keelson/infra';", rule: 'layer' },
  { row: 'load-tests', file: 'load-tests/src/a.ts', source: "import '@keelson/catalogue';", rule: 'layer' },
];

/** One violation per rule that is not a row. */
const perRule: readonly Omit<Planted, 'row'>[] = [
  { file: 'services/api/src/a.ts', source: "import '@keelson/service-worker';", rule: 'unknown package' },
  { file: 'services/api/src/a.ts', source: "import '../../worker/src/b.ts';", rule: 'leaves the package' },
  { file: 'libs/trading/risk/src/a.ts', source: "import '../../orders/src/b.ts';", rule: 'leaves the package' },
  { file: 'libs/trading/orders/src/a.ts', source: "import '@keelson/risk/src/limits.ts';", rule: 'deep import' },
  { file: 'libs/trading/orders/src/a.ts', source: "import '@keelson/risk/module';", rule: 'module wiring' },
  { file: 'libs/trading/risk/src/a.ts', source: "import '@keelson/testkit';", rule: 'tests only' },
  { file: 'libs/trading/risk/src/a.ts', source: "import '@keelson/risk';", rule: 'own package' },
  { file: 'libs/trading/risk/src/a.ts', source: "import '@keelson/rsik';", rule: 'unknown package' },
  { file: 'tools/a.ts', source: "import 'node:fs';", rule: 'unknown package' },
  { file: 'ops/src/a.ts', source: "import '@pulumi/pulumi';", rule: 'fenced dependency' },
  { file: 'ops/src/a.ts', source: "import '@pulumiverse/vercel';", rule: 'fenced dependency' },
  { file: 'services/worker/src/a.ts', source: "import 'bullmq';", rule: 'fenced dependency' },
  { file: 'libs/trading/risk/src/risk.service.ts', source: "import '@nestjs/common';", rule: 'fenced dependency' },
  { file: 'load-tests/src/a.ts', source: "import '../../ops/src/b.ts';", rule: 'leaves the package' },
];

const spellings: readonly string[] = [
  "import { a } from '@keelson/ledger';",
  "import type { A } from '@keelson/ledger';",
  "export { a } from '@keelson/ledger';",
  "export * from '@keelson/ledger';",
  "const a = await import('@keelson/ledger');",
  "type A = import('@keelson/ledger').A;",
  "import a = require('@keelson/ledger');",
  "const a = require('@keelson/ledger');",
];

describe('the import table', () => {
  it.each(perRow)('row $row: $file may not say $source', ({ row, file, source, rule }) => {
    expect(rowOf(file)?.name).toBe(row);
    expect(lint(file, source)).toEqual([expect.stringContaining(`Import rule "${rule}"`)]);
  });

  it('has one planted violation for each of its rows', () => {
    expect(perRow.map(({ row }) => row)).toEqual(importTable.map(({ name }) => name));
  });

  it('has a row for every workspace, with the name that its package.json says', () => {
    const { workspaces } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      workspaces: string[];
    };
    const folders = workspaces.flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      return readdirSync(path.join(root, pattern.slice(0, -2))).map((name) => pattern.replace('*', name));
    });
    const packages = folders.filter((folder) => !folder.endsWith('.json'));
    expect(packages.length).toBeGreaterThan(20);
    for (const folder of packages) {
      const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')) as { name: string };
      const row = rowOf(`${folder}/src/a.ts`);
      const named = row?.name.endsWith('*')
        ? manifest.name.startsWith('@keelson/service-')
        : manifest.name === `@keelson/${row?.name}`;
      expect({ folder, named }).toEqual({ folder, named: true });
    }
  });

  it('names no package that has no row', () => {
    const names = importTable.map(({ name }) => name);
    expect(importTable.flatMap(({ mayImport }) => mayImport).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('has no circle: a package is never above one that may import it', () => {
    const reachable = (name: string, seen: readonly string[]): readonly string[] =>
      (importTable.find((row) => row.name === name)?.mayImport ?? []).flatMap((next) =>
        seen.includes(next) ? [next] : [next, ...reachable(next, [...seen, next])],
      );
    expect(importTable.filter(({ name }) => reachable(name, []).includes(name))).toEqual([]);
  });
});

describe('the other import rules', () => {
  it.each(perRule)('$rule: $file may not say $source', ({ file, source, rule }) => {
    expect(lint(file, source)).toEqual([expect.stringContaining(`Import rule "${rule}"`)]);
  });

  it.each(spellings)('sees the import however it is written: %s', (source) => {
    expect(lint('libs/trading/orders/src/a.ts', source)).toEqual([expect.stringContaining('Import rule "layer"')]);
  });

  it.each([
    ['libs/trading/ledger/src/a.ts', "import '@keelson/orders'; import './b.ts'; import 'node:fs'; import 'pg';"],
    ['libs/trading/risk/test/a.test.ts', "import '@keelson/testkit'; import '@keelson/risk'; import '../src/b.ts';"],
    ['libs/trading/risk/src/risk.module.ts', "import '@nestjs/common'; import '@keelson/persistence/module';"],
    ['services/worker/src/main.ts', "import '@keelson/ledger/module'; import '@nestjs/core';"],
    ['infra/src/a.ts', "import '@pulumi/pulumi'; import '@keelson/runbooks';"],
    ['eslint.config.js', "import './ops/src/checks/eslint-plugin.ts';"],
  ])('lets %s say %s', (file, source) => {
    expect(lint(file, source)).toEqual([]);
  });
});
