import { expect, it } from 'vitest'
import type { Comparison, Condition } from '../../src/audience/condition.ts'
import type { Json } from '../../src/base/json.ts'
import { freshDatabase } from '../support/database.ts'
import { addEvent, addProfile, hour, makePartitions, matching, spaces } from './support/world.ts'

/*
 * What is asked of the list of somebody's different values is asked of everybody's events one by one, and of candidates of the list itself: both must say
 * the same, and what the text of the list says, for every part of every list.
 */

const { db } = await freshDatabase()
await makePartitions(db)
const space = spaces(db, 'lists')

const LISTS: readonly (readonly Json[])[] = [
  ['a'],
  ['a', 'b'],
  ['b"a', 'x'],
  ['a"', 'b'],
  ['a\nb', 'tab\t'],
  ['[x]', '{y}', ']', '['],
  [5, '5', 5.5, true, 'true'],
  [['a'], { a: 1 }, null, 'only this'],
  ['', ','],
  ['","', 'a","b'],
  ['x\\', '\\u0041', '\u0001'],
  ['ä😀', 'Ä', 'sku 773', 'x"sku 773'],
  [],
]

const asText = (value: Json): string[] => {
  if (typeof value === 'string') return [value]
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}
const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const textOf = (list: readonly Json[]): string | undefined => {
  const texts = [...new Set(list.flatMap(asText))].toSorted(byCodePoint)
  return texts.length === 0 ? undefined : JSON.stringify(texts)
}

const partsOf = (text: string): readonly string[] => {
  const points = [...text]
  return points.flatMap((_, from) => [1, 3, 9].map((length) => points.slice(from, from + length).join('')))
}
const PARTS = [...new Set(LISTS.flatMap((list) => partsOf(textOf(list) ?? '')))].filter((part) => part.isWellFormed())

const asking = (compare: Comparison): Condition => ({
  ...{ type: 'event', event: { name: 'A' }, measure: { kind: 'unique', property: 'p' }, compare },
})

it('CND-02 the list of different values contains every part of its text and nothing else, whoever is asked', async () => {
  const spaceId = await space()
  const ids: string[] = []
  for (const [place, list] of LISTS.entries()) {
    const id = await addProfile(db, spaceId, `p${place}`)
    ids.push(id)
    for (const [n, p] of list.entries()) await addEvent(db, spaceId, id, 'A', hour(n), `m${place} ${n}`, { p, q: [p] })
  }
  const having = (part: string): readonly string[] => ids.filter((_, place) => textOf(LISTS[place] ?? [])?.includes(part)).sort()
  expect(PARTS.length).toBeGreaterThan(100)
  for (const part of PARTS) {
    const found = await matching(db, spaceId, asking({ operator: 'contains', values: [part, 'nobody has this'] }), hour(100))
    expect([part, found]).toEqual([part, having(part)])
    const others = await matching(db, spaceId, asking({ operator: 'omits', value: part }), hour(100))
    expect([part, others]).toEqual([part, ids.filter((id) => !having(part).includes(id)).sort()])
  }
})
