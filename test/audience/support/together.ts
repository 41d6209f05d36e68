import { sql } from 'kysely'
import { expect } from 'vitest'
import type { Condition } from '../../../src/audience/condition.ts'
import { whoIsIn } from '../../../src/audience/find-together.ts'
import type { Scope } from '../../../src/audience/scope.ts'
import { FIRST, LAST } from '../../../src/audience/steps.ts'
import type { Db } from '../../../src/db/database.ts'
import { query, run } from '../../../src/db/query.ts'

type Together = {
  readonly spaceId: string
  readonly conditions: readonly Condition[]
  readonly scope: Scope
  readonly expected: (condition: Condition) => readonly string[]
}

/** Of the conditions that are asked in one statement, as new audiences are, those that answer otherwise than the specification. */
export const disagreeTogether = async (db: Db, { spaceId, conditions, scope, expected }: Together) => {
  expect(conditions.length).toBeGreaterThan(0)
  const asking = whoIsIn(
    db,
    spaceId,
    conditions.map((each) => ({ condition: each, scope })),
    { from: FIRST, to: LAST },
  )
  const rows = await run(
    db,
    query(
      'test.together*',
      sql<{ id: string; place: number }>`select f.profile_id as id, f.place from (${asking}) f order by f.profile_id`,
    ),
  )
  const found = Map.groupBy(rows, ({ place }) => place)
  return conditions.flatMap((condition, place) => {
    const [answer, wanted] = [(found.get(place) ?? []).map(({ id }) => id).join(), expected(condition).join()]
    return answer === wanted ? [] : [{ condition, answer, wanted }]
  })
}
