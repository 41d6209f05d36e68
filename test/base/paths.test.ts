import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { keysOf, pathOf } from '../../src/audience/path.ts'
import { at, type JsonObject } from '../../src/base/json.ts'
import { pathsOf } from '../../src/base/paths.ts'

/* Paths that the catalogue offers are the paths that conditions read. */

const pathsIn = (object: JsonObject) => pathsOf([object]).paths.map(({ path }) => path)

it.each([
  [{ 'a.b': 1 }, ['a\\.b']],
  [{ 'a\\b': 1 }, ['a\\b']],
  [{ 'a\\': 1 }, ['a\\']],
  [{ 'a\\b': { 'c.d': 1 } }, ['a\\b.c\\.d']],
  [{ 'a\\': { b: 1 }, 'c\\.d': 1, $: 1, '': 1, fine: 1 }, ['fine']],
])('%j has the paths %j', (object, paths) => {
  expect(pathsIn(object as JsonObject)).toEqual(paths)
})

const key = fc.array(fc.constantFrom('a', 'b', '.', '\\', '$', '0', ''), { maxLength: 4 }).map((parts) => parts.join(''))

it('whatever the keys, what a path was made of is what is read by it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 3 }), fc.integer(), (keys, value) => {
      const object = keys.reduceRight<JsonObject | number>((inner, each) => ({ [each]: inner }), value) as JsonObject
      for (const path of pathsIn(object)) {
        expect(at(object, keysOf(path))).toBe(value)
        expect(pathOf(...keysOf(path))).toBe(path)
      }
    }),
    { numRuns: 1_000 },
  )
})
