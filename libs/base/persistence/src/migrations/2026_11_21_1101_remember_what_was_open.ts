import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A revision remembers what was open of its predecessor: the same replacement is not asked for twice, a changed one is. */
export class RememberWhatWasOpen implements MigrationInterface {
  readonly name = 'RememberWhatWasOpen1763722860000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table keelson.orders add column asked_open numeric(30,12);
      comment on column keelson.orders.asked_open is 'of a revision: what was open of the order that it shall replace when it was asked for';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table keelson.orders drop column asked_open');
  }
}
