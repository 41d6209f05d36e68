import { sql } from 'kysely'
import { around } from '../audience/around.ts'
import { compareAt } from '../audience/compare.ts'
import { lower } from '../audience/compile.ts'
import type { Sql } from '../audience/operator.ts'
import { type Lowered, type Scope, universe } from '../audience/scope.ts'
import { valueAt } from '../audience/stored.ts'
import { type BranchCondition, type ContextCondition, fold } from './branch-condition.ts'

const NOBODY = { audiences: new Map<string, string>(), computedTraits: new Map<string, string>() }

const lowerBranch = (condition: BranchCondition, scope: Scope, context: Sql): Lowered => {
  let leaves = 0
  return fold<Lowered>(condition, {
    join: (word, parts) => ({
      joins: parts.flatMap(({ joins }) => joins),
      test: sql`(${sql.join(
        parts.map(({ test }) => test),
        word === 'and' ? sql` and ` : sql` or `,
      )})`,
    }),
    not: ({ joins, test }) => ({ joins, test: sql`not (${test})` }),
    leaf: (leaf) =>
      leaf.type === 'journey_context'
        ? { joins: [], test: compareAt(valueAt(context, [leaf.event]), leaf.path, leaf.compare, around({ now: scope.now })) }
        : lower(leaf, scope, `c_${leaves++}`),
  })
}

/** A branch's condition in SQL over `profile p` and a run's context (jsonb): two-valued at every node, every input a parameter. */
export type Asked = {
  /** What is to be joined to `profile p`. */
  readonly joins: Sql
  /** What must be true, the space of `p` included: who is not there any more goes no special way. */
  readonly test: Sql<boolean>
}

/** Compiles a branch's condition. With `candidates` in the scope it is asked profile by profile. @throws Invalid for an unknown audience key. */
export const compileBranch = (condition: BranchCondition, scope: Scope, context: Sql): Asked => {
  const { joins, test } = lowerBranch(condition, scope, context)
  return {
    joins: joins.length === 0 ? sql`` : sql`${sql.join(joins, sql` `)}`,
    test: sql`${universe({ ...scope, candidates: undefined })} and ${test}`,
  }
}

/** What must be true of a run's context (jsonb) for a hold's branch to be open; nothing said is nothing asked. */
export const compileWhen = (when: ContextCondition | undefined, spaceId: string, context: Sql, now: Date): Sql<boolean> =>
  when === undefined ? sql`true` : lowerBranch(when, { spaceId, now, catalog: NOBODY }, context).test
