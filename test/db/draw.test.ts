import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { draw } from '../../src/base/hash.ts'
import { drawOf } from '../../src/db/draw.ts'
import { query, run } from '../../src/db/query.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
const drawsOf = async (texts: readonly string[]): Promise<readonly number[]> => {
  const rows = await run(
    db,
    query(
      'test.draw.*',
      sql<{
        n: number
      }>`select ${drawOf(sql<string>`t.text`)} as n from unnest(${texts}::text[]) with ordinality as t (text, i) order by i`,
    ),
  )
  return rows.map(({ n }) => n)
}

it('draws in SQL exactly what it draws in code', async () => {
  const texts = ['', 'a', 'spa_1 jny_1 split 0', 'ünï 🎲', ...Array.from({ length: 500 }, (_, i) => `text ${i}`)]
  expect(await drawsOf(texts)).toEqual(texts.map(draw))
})

it('F045 of 10,000 draws each branch gets its share, give or take two points', async () => {
  const draws = await drawsOf(Array.from({ length: 10_000 }, (_, i) => `spa jny split ${i}`))
  for (const edge of [0.1, 0.4, 0.8]) expect(Math.abs(draws.filter((n) => n < edge).length / 10_000 - edge)).toBeLessThan(0.02)
})
