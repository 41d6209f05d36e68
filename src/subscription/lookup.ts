import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { SubscriptionStatus } from '../db/rows/subscription.ts'
import { groupsOf, type SubscriptionGroup } from './group.ts'
import { readStates, type StateRow, type Vector, vectorKey } from './state.ts'

export type GroupChoice = Pick<SubscriptionGroup, 'id' | 'name' | 'description'> & {
  readonly status: SubscriptionStatus | undefined
  readonly updatedAt: Date | undefined
}
export type VectorState = { readonly state: StateRow | undefined; readonly groups: readonly GroupChoice[] }

type Row = { readonly address: string; readonly group_id: string; readonly status: SubscriptionStatus; readonly updated_at: Date }

const groupRows = (db: Db, spaceId: string, addresses: readonly string[]): Promise<readonly Row[]> =>
  run(
    db,
    query(
      'subscription.groups_of_addresses',
      sql<Row>`select g.address, g.group_id, g.status, g.updated_at from unnest(${addresses}::text[]) as r (address)
        join group_subscription g on g.space_id = ${spaceId} and g.address = r.address`,
    ),
  )

/** What is known of each address, in the order asked; for e-mail with every group of the space, chosen or not. Three statements at most. */
export const lookUp = async (db: Db, spaceId: string, vectors: readonly Vector[]): Promise<readonly VectorState[]> => {
  const states = await readStates(db, spaceId, vectors)
  const emails = [...new Set(vectors.filter((v) => v.channel === 'email').map((v) => v.address))]
  if (emails.length === 0) return vectors.map((vector) => ({ state: states.get(vectorKey(vector)), groups: [] }))
  const groups = await groupsOf(db, spaceId)
  const chosen = Map.groupBy(await groupRows(db, spaceId, emails), (row) => row.address)
  return vectors.map((vector) => {
    const rows = new Map(vector.channel === 'email' ? chosen.get(vector.address)?.map((row) => [row.group_id, row]) : [])
    const choices = groups.map(({ id, name, description }) => {
      const row = rows.get(id)
      return { id, name, description, status: row?.status, updatedAt: row?.updated_at }
    })
    return { state: states.get(vectorKey(vector)), groups: vector.channel === 'email' ? choices : [] }
  })
}
