import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The plan of a statement is made once per connection, and kept. One that was made while a table was empty, as the outbox
 * is between signals, reads all of it: nothing is cheaper then. Behind a backlog that same plan read thousands of dead rows
 * for each message that it deleted. No statement of the services is meant to read a whole table that has an index.
 */
export class ReadByIndex implements MigrationInterface {
  readonly name = 'ReadByIndex1763730600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter role keelson_app set enable_seqscan = off');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter role keelson_app reset enable_seqscan');
  }
}
