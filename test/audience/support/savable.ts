import type { Catalog } from '../../../src/audience/catalog.ts'
import { Condition } from '../../../src/audience/condition.ts'
import { problemsOf } from '../../../src/audience/validate.ts'
import { WORLD } from './nasty.ts'

// Everything that may be referred to there is there.
const CATALOG: Catalog = {
  audiences: new Map(WORLD.audiences.map((key) => [key, key])),
  computedTraits: new Map(WORLD.computedTraits.map((key) => [key, key])),
}

/** Whether the door takes a condition in that world. */
export const canBeSaved = (each: Condition): boolean =>
  Condition.safeParse(each).success && problemsOf(each, CATALOG).length === 0
