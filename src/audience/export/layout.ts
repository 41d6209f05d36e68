import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { Kind } from '../store.ts'

/** How people become lines. Audiences: `formatted`, `unformatted` (spec/audiences §20.1); computed traits: `unformatted`, `indexed`, `rows` (§7.5). */
export type Layout = 'formatted' | 'unformatted' | 'indexed' | 'rows'

/** What a file shall hold. Identifier types and names of traits in the order of their columns. */
export type ExportRequest = {
  readonly layout: Layout
  readonly externalIds: readonly string[]
  readonly computedTraits: readonly string[]
  readonly sqlTraits: readonly string[]
  readonly customTraits: readonly string[]
}

/** A person as an export reads it: chosen traits only; `value` of the computed trait that is exported. */
export type ExportedPerson = {
  readonly id: string
  readonly identifiers: JsonObject
  readonly traits: JsonObject
  readonly value?: Json
}

/** How many values of an identifier type anybody has at most. */
export type Widths = ReadonlyMap<string, number>

export type Lines = {
  readonly header: readonly string[]
  readonly linesOf: (person: ExportedPerson) => readonly (readonly string[])[]
}

const textOf = (value: Json | undefined): string => {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

// Anybody may call themselves `=HYPERLINK(…)`, and a spreadsheet would do what it says: an apostrophe makes it a text. Numbers and phone
// numbers begin with + or -, too, and do nothing. Some read the wide signs of Japanese as the plain ones.
const FORMULA = /^[=@\t\r\n＝＠＋－]|^[+-](?![\d\s().-]*(?:e[+-]?\d+)?$)/i
const safe = (cells: readonly string[]): readonly string[] => cells.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))

const valuesOf = (person: ExportedPerson, type: string): readonly string[] => {
  const values = person.identifiers[type]
  return Array.isArray(values) ? values.map(textOf) : []
}

const idsOf = (person: ExportedPerson, types: readonly string[]): string =>
  JSON.stringify(Object.fromEntries(types.map((type) => [type, valuesOf(person, type)]).filter(([, values]) => values?.length)))

const namesOf = ({ computedTraits, sqlTraits, customTraits }: ExportRequest): readonly string[] => [
  ...new Set([...computedTraits, ...sqlTraits, ...customTraits]),
]

type Column = { readonly name: string; readonly of: (person: ExportedPerson) => string }

/** `email`, `email_1`, `email_2`: as many as anybody has. */
const idColumns = (types: readonly string[], widths: Widths): readonly Column[] =>
  types.flatMap((type) =>
    Array.from({ length: Math.max(1, widths.get(type) ?? 0) }, (_, n) => ({
      name: n === 0 ? type : `${type}_${n}`,
      of: (person) => valuesOf(person, type)[n] ?? '',
    })),
  )

const headingOf = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? headingOf(`trait_${name}`, taken) : name

// A trait that is called like an identifier (`email` mostly is one) gets another heading: two columns of one name are one in most tools.
const traitColumns = (names: readonly string[], ids: ReadonlySet<string>): readonly Column[] => {
  const taken = new Set([...ids, ...names.filter((name) => !ids.has(name))])
  return names.map((name) => {
    const heading = ids.has(name) ? headingOf(`trait_${name}`, taken) : name
    return { name: heading, of: ({ traits }) => textOf(traits[name]) }
  })
}

const KEY: Column = { name: 'key', of: ({ id }) => id }
const VALUE: Column = { name: 'value', of: ({ value }) => textOf(value) }

const linesFrom = (columns: readonly Column[]): Lines => ({
  header: columns.map(({ name }) => name),
  linesOf: (person) => [columns.map(({ of }) => of(person))],
})

const linesOfAudience = (request: ExportRequest, widths: Widths): Lines => {
  const { externalIds, layout } = request
  const names = namesOf(request)
  if (layout === 'formatted') {
    const ids = [KEY, ...idColumns(externalIds, widths)]
    return linesFrom([...ids, ...traitColumns(names, new Set(ids.map(({ name }) => name)))])
  }
  const traits: Column = {
    name: 'traits',
    of: (person) =>
      JSON.stringify(
        Object.fromEntries(names.filter((name) => name in person.traits).map((name) => [name, person.traits[name]])),
      ),
  }
  const ids: Column = { name: 'external_ids', of: (person) => idsOf(person, externalIds) }
  return linesFrom([KEY, ...(externalIds.length > 0 ? [ids] : []), ...(names.length > 0 ? [traits] : [])])
}

const linesOfTrait = ({ layout, externalIds }: ExportRequest, widths: Widths): Lines => {
  const types = externalIds.length > 0 ? externalIds : [...widths.keys()].toSorted()
  const first: readonly Column[] = [KEY, VALUE, { name: 'external_ids', of: (person) => idsOf(person, types) }]
  if (layout === 'indexed') return linesFrom([...first, ...idColumns(types, widths)])
  if (layout !== 'rows') return linesFrom(first)
  return {
    header: [...first.map(({ name }) => name), ...types],
    linesOf: (person) => {
      const lines = Math.max(1, ...types.map((type) => valuesOf(person, type).length))
      const same = first.map(({ of }) => of(person))
      return Array.from({ length: lines }, (_, n) => [...same, ...types.map((type) => valuesOf(person, type)[n] ?? '')])
    },
  }
}

/** The lines of a file: its header, and those of each person. What is asked for twice is there once. */
export const linesOf = (kind: Kind, asked: ExportRequest, widths: Widths): Lines => {
  const request = { ...asked, externalIds: [...new Set(asked.externalIds)] }
  const lines = kind === 'audience' ? linesOfAudience(request, widths) : linesOfTrait(request, widths)
  return { header: safe(lines.header), linesOf: (person) => lines.linesOf(person).map(safe) }
}

/** Chosen traits of a person in one object; what is computed stands for a custom trait of the same name. */
export const traitsOf = (custom: Json, computed: Json): JsonObject => ({
  ...(isObject(custom) ? custom : {}),
  ...(isObject(computed) ? computed : {}),
})
