import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a venue held beyond our ledger was written down at an account's first comparison, also where that found executions
 * that we lacked: those were in the venue's cash already, and in ours once they were mended, so the two differed for ever.
 * It is written down at the first comparison in which all executions agree. Accounts that were compared have theirs.
 */
export class SettleCashBaseline implements MigrationInterface {
  readonly name = 'SettleCashBaseline1763733000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.reconciliations add column baseline_set boolean not null default true;
      alter table keelson.reconciliations alter column baseline_set set default false;
      comment on column keelson.reconciliations.baseline_set is 'false until a comparison found no execution that one side lacks';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table keelson.reconciliations drop column baseline_set');
  }
}
