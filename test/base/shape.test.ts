import { expect, it } from 'vitest'
import * as z from 'zod'
import { type Issue, problemsOfIssue } from '../../src/base/shape.ts'

const said = (schema: z.ZodType, value: unknown): readonly string[] =>
  (schema.safeParse(value).error?.issues ?? [])
    .flatMap((issue) => problemsOfIssue('it', issue as Issue))
    .map(({ field, message, remedy }) => `${field} ${message}${remedy ? `: ${remedy}` : ''}`)

it.each<readonly [z.ZodType, unknown, string]>([
  [z.string(), undefined, 'it is missing: give a text'],
  [z.string().min(1), '', 'it is empty: give at least 1 character'],
  [z.string().min(16), 'short', 'it has fewer than 16 characters: give at least 16 characters'],
  [z.string().max(3), 'long', 'it has more than 3 characters: give at most 3 characters'],
  [z.array(z.string()).min(1), [], 'it is empty: give at least 1 entry'],
  [z.array(z.string()).max(1), ['a', 'b'], 'it has more than 1 entry: give at most 1 entry'],
  [z.number().min(1), 0, 'it is below 1: give 1 or more'],
  [z.number().positive(), 0, 'it is not above 0: give more than 0'],
  [z.number().max(1_000), 1_001, 'it is above 1,000: give 1,000 or less'],
  [z.number().lt(5), 5, 'it is not below 5: give less than 5'],
  [z.enum(['1h', '24h']), '3y', 'it is none of what it can be: write one of "1h", "24h"'],
  [z.literal('users'), 'x', 'it is not "users": write "users"'],
  [z.url(), 'shop', 'it is no address of the web: write it like https://example.com/path'],
  [z.iso.datetime(), 'yesterday', 'it is no time: write it like 2026-03-01T12:00:00Z'],
  [z.iso.date(), 'monday', 'it is no day: write it like 2026-03-01'],
  [z.int(), 1e30, 'it is above 9,007,199,254,740,991: give 9,007,199,254,740,991 or less'],
  [z.email(), 'ada', 'it is no e-mail address: write it like ada@example.com'],
  [
    z.discriminatedUnion('t', [z.object({ t: z.literal('a') }), z.object({ t: z.literal('b') })]),
    { t: 'c' },
    'it is none of what it can be: write one of "a", "b"',
  ],
  [z.string().min(8, 'is too short to be a key'), 'x', 'it is too short to be a key'],
  [z.strictObject({}), { odd: 1 }, 'it.odd is not known here: take it out'],
])('what a schema found wrong is told in words for people, with what to do (%#)', (schema, value, words) => {
  expect(said(schema, value)).toEqual([words])
})
