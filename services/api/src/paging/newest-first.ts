import { isId } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { HttpProblem } from '@keelson/runtime';
import type { FindOptionsWhere, ObjectLiteral } from 'typeorm';

/** A list that grows at one end. */
export interface NewestFirst<Row extends ObjectLiteral> {
  /** Name of the entity. */
  readonly entity: string;
  /** Properties of the row: its primary key, and the moment it is sorted by. */
  readonly id: keyof Row & string;
  readonly at: keyof Row & string;
  readonly where: FindOptionsWhere<Row>;
  /** A further condition on `row`, fixed text. */
  readonly condition?: string | undefined;
  readonly limit: number;
  /** The id of the last row of the page before. */
  readonly before: string | undefined;
}

/**
 * Reads `limit + 1` rows from a row on, newest first. The row is found by its id and compared in Postgres, so that no
 * microsecond of its time is lost on the way, and rows that come in meanwhile move nothing.
 */
export async function readNewestFirst<Row extends ObjectLiteral>(
  tx: Tx,
  { entity, id, at, where, condition, limit, before }: NewestFirst<Row>,
): Promise<Row[]> {
  const manager = await tx.manager();
  const query = manager.getRepository<Row>(entity).createQueryBuilder('row').where(where);
  if (condition !== undefined) query.andWhere(condition);
  if (before !== undefined) {
    const key = { [id]: before } as FindOptionsWhere<Row>;
    if (!isId(before) || !(await manager.existsBy<Row>(entity, key))) throw unknownCursor();
    const last = query
      .subQuery()
      .select([`last.${at}`, `last.${id}`])
      .from(entity, 'last')
      .where(`last.${id} = :before`);
    query.andWhere(`(row.${at}, row.${id}) < ${last.getQuery()}`).setParameter('before', before);
  }
  return query
    .orderBy(`row.${at}`, 'DESC')
    .addOrderBy(`row.${id}`, 'DESC')
    .limit(limit + 1)
    .getMany();
}

/** The answer to a cursor that this list never gave. */
export function unknownCursor(): HttpProblem {
  const message = 'is no cursor of this list; take it from "next" of the page before';
  return new HttpProblem('VALIDATION_ERROR', `The query parameter before ${message}`, [{ field: 'before', message }]);
}
