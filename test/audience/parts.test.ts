import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Due } from '../../src/audience/due.ts'
import { inParts } from '../../src/audience/parts.ts'

type Some = { readonly refersTo: number; readonly name: number; readonly count: number }

// Each may refer to one before it, as audiences in their order do.
const made = (all: readonly Some[]) => {
  const computations = all.map(({ refersTo, name }, index) => ({
    id: `aud_${index}`,
    references: {
      ...{ traits: [], holdsForStrangers: false, timely: false },
      events: [{ name: `Event ${name}`, edges: [] }],
      computations: refersTo % (index + 2) < index ? [`aud_${refersTo % (index + 2)}`] : [],
    },
  }))
  const due = new Map(
    all.flatMap(({ count }, index): [string, Due][] =>
      count === 0
        ? []
        : [[`aud_${index}`, { computationId: `aud_${index}`, batches: ['1'], everybody: false, count, movedAt: new Date(0) }]],
    ),
  )
  return { computations, due }
}

const some = fc.record({ refersTo: fc.nat(40), name: fc.nat(3), count: fc.nat(100) })

it('whatever is due is in one part, beside all that it refers to and that refers to it', () => {
  fc.assert(
    fc.property(fc.array(some, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (all, most) => {
      const { computations, due } = made(all)
      const parts = inParts(computations, due, most)
      expect(parts.length).toBeLessThanOrEqual(most)
      expect(parts.flatMap((part) => [...part.keys()]).toSorted()).toEqual([...due.keys()].toSorted())
      const partOf = (id: string): number => parts.findIndex((part) => part.has(id))
      for (const { id, references } of computations)
        for (const other of references.computations) if (due.has(id) && due.has(other)) expect(partOf(id)).toBe(partOf(other))
    }),
  )
})

it('a hundred of one size are two halves, those that ask for the same events beside each other', () => {
  const { computations, due } = made(
    Array.from({ length: 100 }, (_, n) => ({ refersTo: 0, name: n % 4, count: 10 })).map((each, n) => ({
      ...each,
      refersTo: n + 1,
    })),
  )
  const parts = inParts(computations, due, 2)
  expect(parts.map((part) => part.size)).toEqual([50, 50])
  const names = parts.map(
    (part) => new Set(computations.filter(({ id }) => part.has(id)).map(({ references }) => references.events[0]?.name)),
  )
  expect(names.map((each) => each.size)).toEqual([2, 2])
})
