import { expect, it } from 'vitest'
import { connect } from '../../src/db/connect.ts'
import { createRates } from '../../src/space/rates.ts'
import { freshDatabase } from '../support/database.ts'

const { db, url } = await freshDatabase()
const NOW = new Date('2026-03-10T12:00:00Z')
const later = (ms: number): Date => new Date(NOW.getTime() + ms)

it('PRF-06 GOV-03 several processes together let through exactly as many as one, and each request has a number of its own', async () => {
  const others = [connect(url), connect(url)]
  const processes = [createRates(db), ...others.map((other) => createRates(other.db))]
  const uses = await Promise.all(
    Array.from({ length: 300 }, (_, n) => processes[n % 3]?.('spa_a', 'profile_api', later(n % 7), later(1_000))),
  )
  const numbers = uses.map((use) => use?.consumed ?? 0).toSorted((a, b) => a - b)
  expect(numbers).toEqual(Array.from({ length: 300 }, (_, n) => n + 1))
  for (const other of others) await other.close()
})

it('PRF-06 a window begins with its first request and ends for good; spaces and kinds have windows of their own', async () => {
  const rates = createRates(db)
  const use = (spaceId: string, name: string, ms: number) => rates(spaceId, name, later(ms), later(ms + 1_000))
  expect(await use('spa_b', 'one', 0)).toEqual({ consumed: 1, msBeforeNext: 1_000 })
  expect(await use('spa_b', 'one', 400)).toEqual({ consumed: 2, msBeforeNext: 600 })
  expect((await use('spa_b', 'two', 400)).consumed).toBe(1)
  expect((await use('spa_c', 'one', 400)).consumed).toBe(1)
  expect(await use('spa_b', 'one', 1_000)).toEqual({ consumed: 1, msBeforeNext: 1_000 })
})
