import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import type { IdentifierRuleRow } from '../../db/rows/profile.ts'
import { copyRules, storedRules } from '../../profile/copy-rules.ts'
import { findManager } from '../auth.ts'
import type { Route } from './index.ts'

const tags = ['identity']
const Params = z.object({ space: z.string() })

const WireRule = z.object({
  type: z.string(),
  limit: z.number().describe('how many values of it one profile has at most, in the period'),
  period: z.enum(['ever', 'weekly', 'monthly', 'annually']),
  priority: z.number().nullable().describe('null: user_id first, then email, then by the alphabet'),
  blocked: z.array(z.unknown()).nullable().describe('values that name nobody: texts, or {"regex"}; null: the usual ones'),
  seen: z.boolean().describe('it turned up in calls; nobody configured it'),
})
const Rules = z.object({ data: z.object({ rules: z.array(WireRule) }) })

const wire = (row: IdentifierRuleRow): z.infer<typeof WireRule> => ({
  type: row.type,
  limit: row.value_limit,
  period: row.period,
  priority: row.priority,
  blocked: row.blocked === null ? null : [...row.blocked],
  seen: row.seen,
})

/** How a space recognises people, and how it takes that from another space (spec/audiences §5.1). */
export const identityRuleRoutes: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/identity-rules',
    {
      schema: {
        tags,
        summary: 'Identifier types with limits, priorities and blocked values',
        params: Params,
        response: { 200: Rules },
      },
    },
    async ({ caller }) => ({ data: { rules: (await storedRules(db, caller.spaceId)).map(wire) } }),
  )
  app.post(
    '/spaces/:space/identity-rules/copies',
    {
      schema: {
        tags,
        summary: 'Take the identity rules of another space, in place of those here; they hold for what is received from now on',
        params: Params,
        body: z.strictObject({ token: z.string().min(1).describe('a token that manages the other space') }),
        response: { 200: Rules },
      },
    },
    async ({ caller, body }) => {
      const other = await findManager(db, body.token, now())
      if (!other)
        throw new Refused('forbidden', 'token: manages no space. Use one that manages the space whose rules you want.', {
          status: 403,
        })
      if (other.spaceId === caller.spaceId)
        throw new Refused('same_space', 'This is the token of this very space.', { status: 409 })
      await copyRules(db, other.spaceId, caller.spaceId)
      return { data: { rules: (await storedRules(db, caller.spaceId)).map(wire) } }
    },
  )
}
