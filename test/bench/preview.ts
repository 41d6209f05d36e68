import { randomUUID } from 'node:crypto'
import { askPreview, dropPreview, previewOf } from '../../src/audience/preview/job.ts'
import { makePreview, newClaimOf } from '../../src/audience/preview/make.ts'
import { must } from '../../src/base/must.ts'
import { aside, type Bench, type Figure, load, median, type Opened } from './bench.ts'
import { CASES, type Case } from './support/by-hand.ts'
import type { Population } from './support/population.ts'

const ROUNDS = 3
type Once = {
  readonly first: number
  readonly exact: number
  readonly size: number
  readonly says: string
  readonly held: boolean
}

const once = async ({ connection: { db }, spaceId, now }: Opened & Population, { condition }: Case): Promise<Once> => {
  const context = { db, now: () => now, newClaim: randomUUID }
  const [id, claim] = [randomUUID(), newClaimOf(context)]
  const asked = { condition, collection: 'users' as const, options: {}, count: 10, identifiers: false }
  const began = performance.now()
  const job = await askPreview(db, { spaceId, by: 'bench', now }, { id, asked, counted: false, claim })
  let first: number | undefined
  const told = (): void => {
    first = performance.now() - began
  }
  await makePreview(context, { spaceId, id, claim: claim.claim, asked, requestedAt: job.requestedAt, attempts: 1 }, { told })
  const exact = performance.now() - began
  const { size, estimate, failure } = await previewOf(db, spaceId, id, now)
  await dropPreview(db, spaceId, id, now)
  const n = must(size, failure ?? 'a size')
  const says = estimate ? `≈ ${estimate.count} (${estimate.low}–${estimate.high})` : 'no estimate'
  return { first: first ?? exact, exact, size: n, says, held: !estimate || (estimate.low <= n && n <= estimate.high) }
}

const figuresOf = async (place: Opened & Population, each: Case): Promise<readonly Figure[]> => {
  const rounds: Once[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once(place, each))
  const first = median(rounds.map((round) => round.first))
  const { size, says, held } = must(rounds[0], 'a round')
  return [
    {
      ...aside(`preview: first count, ${each.name}`, first, 'ms'),
      goal: '≤ 2,000 ms',
      met: first <= 2_000,
      note: `${says}, then ${size.toLocaleString('en')}${held ? '' : '; OUTSIDE ITS BOUNDS'}; ${load()}`,
    },
    aside(`preview: exact count, ${each.name}`, median(rounds.map((round) => round.exact)), 'ms'),
  ]
}

/** How long whoever writes a sentence waits for a number: about how many, then exactly. */
export const previewBench: Bench = {
  name: 'preview',
  what: 'a count of people while a condition is written: the estimate, and the exact number',
  run: async ({ scale, seeded }) => {
    const place = await seeded(scale)
    const figures: Figure[] = []
    for (const each of CASES) figures.push(...(await figuresOf(place, each)))
    return figures
  },
}
