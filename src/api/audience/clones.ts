import * as z from 'zod'
import { type CloneOptions, clone, missingFor } from '../../audience/clone.ts'
import { mentionsOf } from '../../audience/mention.ts'
import { definitionOf, type Kind } from '../../audience/store.ts'
import { Invalid } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { runOne } from '../../db/query.ts'
import { spaceById } from '../../space/space.ts'
import { type Caller, findManager } from '../auth.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { Audience, audienceFrom, ComputedTrait, computedTraitFrom, Key, Name, OneParams } from './wire.ts'

type Noun = 'audiences' | 'computed-traits'
const Names = z.record(z.string(), z.string().min(1).max(500))
const List = z.array(z.string()).max(1_000)
const target = {
  token: z.string().min(1).max(500).optional().meta({ description: 'A token of another space: the copy is made there' }),
  mapping: z
    .strictObject({ events: Names.optional(), traits: Names.optional(), audiences: Names.optional(), sources: Names.optional() })
    .optional()
    .meta({ description: 'Other names for what is called differently there' }),
  accept: z
    .strictObject({ events: List.optional(), traits: List.optional(), sources: List.optional() })
    .optional()
    .meta({ description: 'What is kept although the other space does not know it yet' }),
}
const NewClone = z.strictObject({
  ...target,
  name: Name.optional(),
  key: Key.optional(),
  enabled: z.boolean().optional(),
})
const Mentions = z.object({
  events: z.array(z.string()),
  traits: z.array(z.string()),
  audiences: z.array(z.string()),
  sources: z.array(z.string()).meta({ description: 'Ids of sources whose events are left out' }),
})
type Mentions = z.infer<typeof Mentions>

// A token opens one space, so who copies to another shows a token of that one, too.
const targetOf = async (door: Door, caller: Caller, token: string | undefined): Promise<Caller> => {
  if (token === undefined) return caller
  const found = await findManager(door.db, token, door.now())
  if (found) return found
  throw new Invalid('token', [
    { field: 'token', message: 'is no token of a space', remedy: 'make one there in Settings, or with `usher token add <name>`' },
  ])
}

const copied = ({ events, traits, audiences, sources }: { readonly [Kind in keyof Mentions]: readonly string[] }): Mentions => ({
  events: [...events],
  traits: [...traits],
  audiences: [...audiences],
  sources: [...sources],
})

const checking = (app: App, door: Door, kind: Kind, noun: Noun): void => {
  app.post(
    `/spaces/:space/${noun}/:id/clone-checks`,
    {
      schema: {
        tags: [kind.replace('_', ' ')],
        summary: 'What the definition mentions, and what of it a space lacks; nothing is made',
        params: OneParams,
        body: z.strictObject(target),
        response: {
          200: z.object({
            data: z.object({ space: z.object({ id: z.string(), name: z.string() }), mentions: Mentions, missing: Mentions }),
          }),
        },
      },
    },
    async ({ caller, params, body: { token, ...options } }) => {
      const { spaceId } = await targetOf(door, caller, token)
      const original = await definitionOf(door.db, kind, caller.spaceId, params.id)
      const space = await runOne(door.db, spaceById(spaceId))
      const missing = await missingFor(door.db, spaceId, original, options)
      return {
        data: {
          space: { id: spaceId, name: space?.name ?? spaceId },
          mentions: copied(mentionsOf(original.definition)),
          missing: copied(missing),
        },
      }
    },
  )
}

/** `…/clones`: a copy in the same space or, with a token of it, in another one (spec/audiences §10.6). */
export const cloneRoutes = (app: App, door: Door, kind: Kind, noun: Noun): void => {
  checking(app, door, kind, noun)
  const answer = kind === 'audience' ? z.object({ audience: Audience }) : z.object({ computedTrait: ComputedTrait })
  app.post(
    `/spaces/:space/${noun}/:id/clones`,
    {
      schema: {
        tags: [kind.replace('_', ' ')],
        summary: 'Copy it: the same conditions, another name and key, no destinations',
        params: OneParams,
        body: NewClone,
        response: { 201: z.object({ data: answer }) },
      },
    },
    async ({ caller, params, body: { token, ...options } }, reply) => {
      const { spaceId, name } = await targetOf(door, caller, token)
      const id = prefixedId(kind === 'audience' ? 'aud' : 'tra', door.random(12))
      const to = { spaceId, by: name, now: door.now(), limits: door.config.limits, id }
      const row = await clone(door.db, kind, { spaceId: caller.spaceId, idOrKey: params.id }, to, options satisfies CloneOptions)
      door.notify('profile_change')
      const data =
        kind === 'audience'
          ? { audience: audienceFrom(spaceId, row, undefined) }
          : { computedTrait: computedTraitFrom(spaceId, row) }
      return reply.status(201).send({ data } as never)
    },
  )
}
