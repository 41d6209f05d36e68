import type { Condition } from '../../../src/audience/condition.ts'
import { abandoned } from '../hundred/abandoned.ts'
import { active } from '../hundred/active.ts'
import { carted } from '../hundred/carted.ts'
import { collector } from '../hundred/collector.ts'
import { dated } from '../hundred/dated.ts'
import type { Family, Way } from '../hundred/family.ts'
import { fan } from '../hundred/fan.ts'
import { firm } from '../hundred/firm.ts'
import { followed } from '../hundred/followed.ts'
import { generous } from '../hundred/generous.ts'
import { kind } from '../hundred/kind.ts'
import { lapsing } from '../hundred/lapsing.ts'
import { newcomer } from '../hundred/newcomer.ts'
import { quiet } from '../hundred/quiet.ts'
import { reader } from '../hundred/reader.ts'
import { refined } from '../hundred/refined.ts'
import { returning } from '../hundred/returning.ts'
import { sourced } from '../hundred/sourced.ts'
import { spender } from '../hundred/spender.ts'
import { taste } from '../hundred/taste.ts'
import { written } from '../hundred/written.ts'
import type { Population } from './population.ts'

/** Twenty families of five; what others refer to comes first. Together they ask with every operator, measure and leaf of the language. */
export const FAMILIES: readonly Family[] = [
  ...[active, spender, reader, lapsing, fan, returning, generous, kind, newcomer, refined],
  ...[quiet, taste, collector, abandoned, followed, written, dated, carted, sourced, firm],
]

export type Hundredth = {
  readonly key: string
  readonly family: string
  readonly collection: 'users' | 'accounts'
  readonly condition: Condition
  readonly byHand: (at: Pick<Population, 'now'>) => readonly Way[]
}

export const AUDIENCES: readonly Hundredth[] = FAMILIES.flatMap((family) =>
  [0, 1, 2, 3, 4].map((i) => ({
    ...{ key: `${family.name}_${i}`, family: family.name, collection: family.collection?.(i) ?? 'users' },
    ...{ condition: family.condition(i), byHand: (at: Pick<Population, 'now'>) => family.byHand(i, at) },
  })),
)

/** The hundred by key. */
export const HUNDRED: readonly (readonly [key: string, condition: Condition])[] = AUDIENCES.map(({ key, condition }) => [
  key,
  condition,
])
