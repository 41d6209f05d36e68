import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { previewAudienceEdit, previewTraitEdit } from '../../audience/edit-preview.ts'
import type { Definition } from '../../audience/store.ts'
import { definitionOf } from '../../audience/store.ts'
import { conditionFrom, pointing, traitFrom } from '../audience/query.ts'
import {
  AudienceDefinition,
  changedOptions,
  OneParams,
  PatchedOptions,
  PatchedTraitOptions,
  TraitDefinition,
} from '../audience/wire.ts'
import { hungUp } from '../hung-up.ts'
import type { Route } from './index.ts'

const AudienceEdit = z.object({ entered: z.number(), exited: z.number(), stayed: z.number() })
const TraitEdit = z.object({ changed: z.number(), kept: z.number() })

type ChangedOptions = Parameters<typeof changedOptions>[0] | undefined

// As it would be saved: only what is sent changes, and null takes an option back.
const withOptions = (saved: Definition, options: ChangedOptions): Definition => ({
  ...saved,
  options: { ...saved.options, ...(options && changedOptions(options)) },
})

/** `POST …/edit-previews`: what saving another definition, and other options, would do, counted exactly and not saved. */
export const editPreviewRoutes: Route = (app, { db, now, config: { limits } }) => {
  const looking = (reply: FastifyReply) => ({ now: now(), limits, waits: { signal: hungUp(reply) } })
  app.post(
    '/spaces/:space/audiences/:id/edit-previews',
    {
      schema: {
        tags: ['audience'],
        summary: 'How many people another definition would bring in and take out',
        params: OneParams,
        body: z.strictObject({ definition: AudienceDefinition, options: PatchedOptions.optional() }),
        response: { 200: z.object({ data: z.object({ editPreview: AudienceEdit }) }) },
      },
    },
    async ({ caller: { spaceId }, params, body }, reply) => {
      const audience = withOptions(await definitionOf(db, 'audience', spaceId, params.id), body.options)
      const condition = await conditionFrom(db, spaceId, body.definition)
      const count = () => previewAudienceEdit(db, spaceId, audience, condition, looking(reply))
      return { data: { editPreview: await pointing('audience', body.definition, count) } }
    },
  )
  app.post(
    '/spaces/:space/computed-traits/:id/edit-previews',
    {
      schema: {
        tags: ['computed trait'],
        summary: 'How many values another definition would change',
        params: OneParams,
        body: z.strictObject({ definition: TraitDefinition, options: PatchedTraitOptions.optional() }),
        response: { 200: z.object({ data: z.object({ editPreview: TraitEdit }) }) },
      },
    },
    async ({ caller: { spaceId }, params, body }, reply) => {
      const trait = withOptions(await definitionOf(db, 'computed_trait', spaceId, params.id), body.options)
      const definition = traitFrom(body.definition)
      const count = () => previewTraitEdit(db, spaceId, trait, definition, looking(reply))
      return { data: { editPreview: await pointing('computed_trait', body.definition, count) } }
    },
  )
}
