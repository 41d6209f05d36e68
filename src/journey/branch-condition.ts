import * as z from 'zod'
import { Comparison, type Condition, LEAVES, type Leaf, Path } from '../audience/condition.ts'

/*
 * What a branch of a journey may ask: everything that an audience may, and beside it the run's own context, the events that it has met
 * (spec/journeys §3.4.3, §3.6).
 */

/** A property of an event in the run's context; `event` is the context's key, `path` leads into that event's properties. */
const ContextLeaf = z.strictObject({
  type: z.literal('journey_context'),
  event: z.string().min(1).max(600),
  path: Path,
  compare: Comparison,
})
export type ContextLeaf = z.infer<typeof ContextLeaf>

/** A question about the run's context alone. */
export type ContextCondition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly ContextCondition[] }
  | { readonly type: 'not'; readonly condition: ContextCondition }
  | ContextLeaf
export const ContextCondition: z.ZodType<ContextCondition> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['and', 'or']), conditions: z.array(ContextCondition).min(1) }),
      z.strictObject({ type: z.literal('not'), condition: ContextCondition }),
      ContextLeaf,
    ]),
  )
  .meta({ id: 'ContextCondition' })

/** A question about the profile, the run's context, or both. */
export type BranchCondition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly BranchCondition[] }
  | { readonly type: 'not'; readonly condition: BranchCondition }
  | ContextLeaf
  | Leaf
export const BranchCondition: z.ZodType<BranchCondition> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.enum(['and', 'or']), conditions: z.array(BranchCondition).min(1) }),
      z.strictObject({ type: z.literal('not'), condition: BranchCondition }),
      ContextLeaf,
      ...LEAVES,
    ]),
  )
  .meta({ id: 'BranchCondition' })

type Folding<T> = {
  readonly join: (word: 'and' | 'or', parts: readonly T[]) => T
  readonly not: (part: T) => T
  readonly leaf: (leaf: ContextLeaf | Leaf) => T
}

/** Makes one thing of a condition, from its leaves up. */
export const fold = <T>(condition: BranchCondition, into: Folding<T>): T => {
  switch (condition.type) {
    case 'and':
    case 'or':
      return into.join(
        condition.type,
        condition.conditions.map((each) => fold(each, into)),
      )
    case 'not':
      return into.not(fold(condition.condition, into))
    default:
      return into.leaf(condition)
  }
}

const leavesOf = (condition: BranchCondition): readonly (ContextLeaf | Leaf)[] =>
  fold<readonly (ContextLeaf | Leaf)[]>(condition, {
    join: (_word, parts) => parts.flat(),
    not: (part) => part,
    leaf: (leaf) => [leaf],
  })

/** What it asks about the run's context. */
export const contextLeavesOf = (condition: BranchCondition): readonly ContextLeaf[] =>
  leavesOf(condition).filter((leaf) => leaf.type === 'journey_context')

/** What it asks about the profile. */
export const profileLeavesOf = (condition: BranchCondition): readonly Leaf[] =>
  leavesOf(condition).filter((leaf) => leaf.type !== 'journey_context')

/** The same tree with other leaves. */
export const withLeaves = (condition: BranchCondition, other: (leaf: ContextLeaf | Leaf) => BranchCondition): BranchCondition =>
  fold<BranchCondition>(condition, {
    join: (type, conditions) => ({ type, conditions }),
    not: (part) => ({ type: 'not', condition: part }),
    leaf: other,
  })

/** The same tree asked of a profile that has the context's properties as traits: as complex, and right or wrong in the same way. */
export const asCondition = (condition: BranchCondition): Condition =>
  fold<Condition>(condition, {
    join: (type, conditions) => ({ type, conditions }),
    not: (part) => ({ type: 'not', condition: part }),
    leaf: (leaf) => (leaf.type === 'journey_context' ? { type: 'trait', path: leaf.path, compare: leaf.compare } : leaf),
  })
