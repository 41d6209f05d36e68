import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { query, run } from '../../src/db/query.ts'
import { createSourceLookup } from '../../src/space/source.ts'
import { createSource, createSpace } from '../../src/space/space.ts'
import { freshDatabase } from '../support/database.ts'

const { db } = await freshDatabase()
let now = new Date('2026-01-01')
const sourceOf = createSourceLookup(db, () => now)

it('asks once for all that arrive together, and again when its time is up', async () => {
  await createSpace(db, { id: 's', slug: 's', name: 's' }, now)
  await createSource(db, { spaceId: 's', id: 'src', name: 'src', kind: 'server', writeKey: 'key' }, now)
  const [one, other] = [sourceOf('key'), sourceOf('key')]
  expect(one).toBe(other)
  expect(await one).toMatchObject({ spaceId: 's', sourceId: 'src', enabled: true, strict: false })
  await run(db, query('test.*', sql`update source set enabled = false where space_id = 's'`))
  expect((await sourceOf('key'))?.enabled).toBe(true)
  now = new Date(now.getTime() + 2_000)
  expect((await sourceOf('key'))?.enabled).toBe(false)
})

it('does not remember that a key was not there', async () => {
  expect(await sourceOf('new')).toBeUndefined()
  await createSource(db, { spaceId: 's', id: 'new', name: 'new', kind: 'server', writeKey: 'new' }, now)
  expect((await sourceOf('new'))?.sourceId).toBe('new')
})
