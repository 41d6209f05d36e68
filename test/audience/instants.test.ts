import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { storedInstant } from '../../src/audience/evaluator/instant.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'

/* What the database reads as an instant is what the specification calls one, for texts that are nearly instants: each place of usual ones made something else. */

const { db } = await freshDatabase()

const USUAL = [
  '2026-02-28T09:30:59Z',
  '2024-02-29T23:59:59.120Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31 05:45+05:45',
  '2026-11-30T10:07:00.000+02:00',
]
const ODD = [...'0123456789', ...' -:TZ+.,/_eN٣é', '', '60', '24', '13', '31', '00']

const nearly = (text: string): readonly string[] =>
  Array.from(text).flatMap((_, place) => ODD.map((odd) => text.slice(0, place) + odd + text.slice(place + 1)))
const TEXTS = [
  ...new Set([
    ...USUAL,
    ...USUAL.flatMap(nearly),
    ...USUAL.flatMap(nearly)
      .filter((_, n) => n % 29 === 0)
      .flatMap(nearly),
  ]),
]

it('CND-04 what is nearly an instant is the instant that the specification says, or none, and fails nobody', async () => {
  const rows = await run(
    db,
    query(
      'test.instants*',
      sql<{ text: string; micros: string | null; value: string | null }>`select t.text,
          (extract(epoch from instant_of_text(t.text)) * 1000000)::bigint::text as micros,
          (extract(epoch from instant_of(to_jsonb(t.text))) * 1000000)::bigint::text as value
        from unnest(${TEXTS}::text[]) as t (text)`,
    ),
  )
  expect(rows.length).toBeGreaterThan(10_000)
  expect(rows.filter(({ micros }) => micros !== null).length).toBeGreaterThan(1_000)
  const wrong = rows.filter(({ text, micros, value }) => {
    const said = storedInstant(text)?.toString() ?? null
    return micros !== said || value !== said
  })
  expect(wrong).toEqual([])
})
