import * as z from 'zod'
import { loadCatalog } from '../../audience/catalog.ts'
import { allConsumers } from '../../audience/save.ts'
import { COUNTED, figuresOf } from '../../audience/values.ts'
import type { Db } from '../../db/database.ts'
import { journeysOfTraits } from '../../journey/interest.ts'
import { User } from '../audience/used-by.ts'
import { SpaceParams } from '../audience/wire.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'

const Figures = z
  .object({
    id: z.string(),
    people: z.number().meta({ description: `How many have a value; counted up to ${COUNTED}` }),
    more: z.boolean().meta({ description: 'There are more than were counted' }),
    example: z.unknown().meta({ description: 'One of the values' }),
    checkedAt: z.string().optional().meta({ description: 'When everybody was last computed anew' }),
    drift: z
      .number()
      .optional()
      .meta({ description: 'How many values that found to be other than they were kept: 0 unless something is wrong' }),
    usedBy: z.array(User),
  })
  .meta({ id: 'ComputedTraitFigures' })

/** Who uses each computed trait, by its id: audiences and computed traits that refer to it, journeys that ask for it. */
const usersOf = async (db: Db, spaceId: string): Promise<(id: string) => User[]> => {
  const { computedTraits } = await loadCatalog(db, spaceId)
  const consumers = await allConsumers(db, spaceId)
  const journeys = await journeysOfTraits(db, spaceId, [...computedTraits.keys()])
  const keys = new Map([...computedTraits].map(([key, id]) => [id, key]))
  return (id) => [
    ...(consumers.get(id) ?? []).map(({ kind, id: user, name }) => ({ kind, id: user, name })),
    ...journeys
      .filter(({ key }) => key === keys.get(id))
      .map(({ id: user, name }) => ({ kind: 'journey' as const, id: user, name })),
  ]
}

/** `GET …/computed-trait-figures`: what a list says beside each computed trait. */
export const figureRoutes = (app: App, { db }: Door): void => {
  app.get(
    '/spaces/:space/computed-trait-figures',
    {
      schema: {
        tags: ['computed trait'],
        summary:
          'Of each computed trait: how many people have a value, one of them, the last full computation and its drift, who uses it',
        params: SpaceParams,
        response: { 200: z.object({ data: z.object({ figures: z.array(Figures) }) }) },
      },
    },
    async ({ caller: { spaceId } }) => {
      const [rows, usedBy] = [await figuresOf(db, spaceId), await usersOf(db, spaceId)]
      const figures = rows.map(({ id, people, example, checkedAt, drift }) => ({
        id,
        ...{ people: Math.min(people, COUNTED), more: people > COUNTED, example },
        ...(checkedAt === null ? {} : { checkedAt: checkedAt.toISOString() }),
        ...(drift === null ? {} : { drift }),
        usedBy: usedBy(id),
      }))
      return { data: { figures } }
    },
  )
}
