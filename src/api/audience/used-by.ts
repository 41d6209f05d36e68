import * as z from 'zod'
import { consumersOf } from '../../audience/save.ts'
import type { Db } from '../../db/database.ts'
import { journeysUsing } from '../../journey/interest.ts'

/** What uses an audience or computed trait. */
export const User = z.object({
  kind: z.enum(['audience', 'computed_trait', 'journey']),
  id: z.string(),
  key: z.string().optional().meta({ description: 'A journey has none' }),
  name: z.string(),
})
export type User = z.infer<typeof User>

/** All that use one: the audiences and computed traits that refer to it, disabled ones included, and the journeys that ask for it. It cannot be deleted before. */
export const usersOf = async (
  db: Db,
  spaceId: string,
  { id, key }: { readonly id: string; readonly key: string },
): Promise<User[]> => {
  const [consumers, journeys] = await Promise.all([consumersOf(db, spaceId, id), journeysUsing(db, spaceId, key)])
  const byName = consumers.toSorted((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name))
  return [...byName, ...journeys.map((journey) => ({ kind: 'journey' as const, ...journey }))]
}
