import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import { copyRules } from '../../profile/copy-rules.ts'
import { DEFAULT_BLOCKED, storedRules } from '../../profile/rules.ts'
import { resetRule, setRule } from '../../profile/set-rules.ts'
import { findManager } from '../auth.ts'
import type { Door } from '../door.ts'
import { changeOf, RuleAsked, RuleType, shownRules, usualOf, WireRule } from '../identity-rule/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['identity']
const Params = z.object({ space: z.string() })
const usualBlocked = z.array(z.unknown()).describe('what `"blocked": null` stands for')
const response = { 200: z.object({ data: z.object({ rules: z.array(WireRule), usualBlocked }) }) }

const answer = async ({ db }: Door, spaceId: string) => ({
  data: { rules: [...shownRules(spaceId, await storedRules(db, spaceId))], usualBlocked: [...DEFAULT_BLOCKED] },
})

const changing = (app: App, door: Door): void => {
  const params = Params.extend({ type: RuleType })
  app.patch(
    '/spaces/:space/identity-rules/:type',
    {
      schema: {
        tags,
        summary: 'Say how identifiers of one type are treated, or add a type; it holds for what is received from now on',
        params,
        body: RuleAsked,
        response,
      },
    },
    async ({ caller: { spaceId }, params: { type }, body }) => {
      const change = changeOf(type, body)
      await setRule(door.db, spaceId, type, change, usualOf(type))
      return answer(door, spaceId)
    },
  )
  app.delete(
    '/spaces/:space/identity-rules/:type',
    { schema: { tags, summary: 'Treat a type as usual again; identifiers that are there stay', params, response } },
    async ({ caller: { spaceId }, params: { type } }) => {
      await resetRule(door.db, spaceId, type)
      return answer(door, spaceId)
    },
  )
}

/** How a space recognises people, type by type, and how it takes that from another space (spec/audiences §5.1, §5.2). */
export const identityRuleRoutes: Route = (app, door) => {
  app.get(
    '/spaces/:space/identity-rules',
    {
      schema: {
        tags,
        summary: 'Identifier types with limits, priorities and blocked values, the one that is kept longest first',
        params: Params,
        response,
      },
    },
    ({ caller }) => answer(door, caller.spaceId),
  )
  changing(app, door)
  app.post(
    '/spaces/:space/identity-rules/copies',
    {
      schema: {
        tags,
        summary: 'Take the identity rules of another space, in place of those here; they hold for what is received from now on',
        params: Params,
        body: z.strictObject({ token: z.string().min(1).describe('a token that manages the other space') }),
        response,
      },
    },
    async ({ caller, body }) => {
      const other = await findManager(door.db, body.token, door.now())
      if (!other)
        throw new Refused('forbidden', 'token: manages no space. Use one that manages the space whose rules you want.', {
          status: 403,
        })
      if (other.spaceId === caller.spaceId)
        throw new Refused('same_space', 'This is the token of this very space.', { status: 409 })
      await copyRules(door.db, other.spaceId, caller.spaceId)
      return answer(door, caller.spaceId)
    },
  )
}
