import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ComputedTraitDefinition, Condition } from '../../../src/audience/condition.ts'
import { parseCondition, parseTrait, printCondition, printTrait } from '../../../src/audience/text/condition.ts'
import { computedTrait, condition } from '../support/asked.ts'
import { anyCondition, anyTrait as wildTrait } from '../support/language.ts'
import { NOWS, WORLD } from '../support/nasty.ts'
import { normal, normalTrait } from './normal.ts'

const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
const params = { seed: SEED, numRuns: 800 }
const any = fc.oneof(fc.constantFrom(...NOWS).chain(condition), anyCondition)
const anyTrait = fc.oneof(fc.constantFrom(...NOWS).chain(computedTrait), wildTrait)
const known = new Set<string>(WORLD.audiences)

it(`CND-28 a condition comes back from its text (seed ${SEED})`, () => {
  fc.assert(
    fc.property(any, (asked) => {
      const text = printCondition(asked)
      expect(parseCondition(text, { audiences: known })).toEqual(normal(asked, known))
      expect(parseCondition(text)).toEqual(normal(asked))
    }),
    params,
  )
})

it(`a condition has one text, and what is read is a condition (seed ${SEED})`, () => {
  fc.assert(
    fc.property(any, (asked) => {
      const text = printCondition(asked)
      const read = parseCondition(text, { audiences: known })
      expect(Condition.parse(read)).toEqual(read)
      // Membership of an audience that is known has one text, whichever of the two was meant.
      expect(printCondition(read)).toBe(printCondition(normal(asked, known)))
      expect(printCondition(parseCondition(text))).toBe(text)
    }),
    params,
  )
})

it(`CTR a computed trait comes back from its text (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anyTrait, (asked) => {
      const text = printTrait(asked)
      const read = parseTrait(text)
      expect(read).toEqual(normalTrait(asked))
      expect(ComputedTraitDefinition.parse(read)).toEqual(read)
      expect(printTrait(read)).toBe(text)
    }),
    params,
  )
})

it(`any text and any number is written so that it is read again (seed ${SEED})`, () => {
  const literal = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ unit: fc.constantFrom("'", '\\', '"', '.', 'n', '\n', '🙂'), maxLength: 8 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((each) => each + 0),
    fc.integer(),
    fc.boolean(),
  )
  fc.assert(
    fc.property(literal, fc.string({ minLength: 1, maxLength: 20 }), (value, path) => {
      const asked: Condition = { type: 'trait', path, compare: { operator: 'equals', value } }
      expect(parseCondition(printCondition(asked))).toEqual(asked)
    }),
    { ...params, numRuns: 2_000 },
  )
})
