import * as z from 'zod'
import type { Condition } from '../../audience/condition.ts'
import { type Explained, explain, profileIdOf } from '../../audience/explain.ts'
import { evaluationsOf } from '../../audience/members.ts'
import { eligibilityOf } from '../../audience/options.ts'
import { looksAt, queryPlan } from '../../audience/query-plan.ts'
import { type Definition, definitionOf } from '../../audience/store.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { type User, usersOf } from './used-by.ts'
import { Evaluation, evaluationFrom, OneParams } from './wire.ts'

const tags = ['audience']

const scopeOf = (spaceId: string, row: Definition, now: Date) => ({
  spaceId,
  now,
  ...eligibilityOf(row.definition, row),
})

/* What an answer about one profile says. */

type EventShape = { readonly name: string }
const EventShown: z.ZodType<EventShape> = z
  .lazy(() =>
    z.object({
      messageId: z.string(),
      name: z.string(),
      timestamp: z.string(),
      properties: z.record(z.string(), z.unknown()).meta({ description: 'Those that the condition looks at' }),
      why: z
        .enum(['source', 'filter', 'window', 'unsettled', 'session'])
        .optional()
        .meta({ description: 'What keeps an event out that does not count' }),
      followedBy: z.array(Happenings).optional().meta({ description: 'In a funnel: the events after this one' }),
    }),
  )
  .meta({ id: 'ExplainedEvent' })
const Happenings: z.ZodType<{ readonly name: string }> = z
  .lazy(() =>
    z.object({
      name: z.string(),
      count: z.number().meta({ description: 'How many count' }),
      events: z.array(EventShown).meta({ description: 'The newest of those that count' }),
      missed: z.array(EventShown).meta({ description: 'The newest of this name that do not count, and why' }),
    }),
  )
  .meta({ id: 'ExplainedEvents' })

const Changes = z
  .object({ at: z.string(), matches: z.boolean(), because: z.string() })
  .meta({ id: 'ExplainedChange', description: 'The first instant at which time alone changes the answer, to what, and why then' })

const UnchangedUntil = z
  .string()
  .optional()
  .meta({ description: 'Nothing changes by time alone before this; later was not looked at' })

const Evidence = z.object({
  count: z.unknown().optional().meta({ description: 'How many events there are' }),
  value: z.unknown().optional().meta({ description: 'What was found or measured' }),
  threshold: z.unknown().optional().meta({ description: 'What it was compared with' }),
  happenings: Happenings.optional(),
  entries: z.array(z.unknown()).optional().meta({ description: 'Entries of the array that satisfy it; all where none does' }),
  partOf: z.boolean().optional().meta({ description: 'Whether it is a member of the other audience' }),
  linked: z
    .object({
      total: z.number(),
      matching: z.number(),
      users: z.array(z.object({ profileId: z.string(), matches: z.boolean() })),
    })
    .optional()
    .meta({ description: 'The users of an account' }),
})

const ExplainedNode: z.ZodType<Explained> = z
  .lazy(() =>
    z.object({
      sentence: z.string(),
      matches: z.boolean(),
      evidence: Evidence.optional(),
      changes: Changes.optional(),
      unchangedUntil: UnchangedUntil,
      disagrees: z.literal(true).optional().meta({
        description:
          'What gives the evidence answers otherwise than the query that decides: one of them is wrong. Please report it.',
      }),
      conditions: z.array(ExplainedNode).optional(),
    }),
  )
  .meta({ id: 'ExplainedCondition' }) as unknown as z.ZodType<Explained>

const Explanation = z.object({
  matches: z.boolean(),
  profileId: z.string(),
  eligible: z.boolean().meta({ description: 'Whether it owns an identifier of which one is needed' }),
  at: z.string().meta({ description: 'The instant that all this is said of' }),
  memberSince: z.string().nullable().meta({ description: 'Since when it is a member, by the last evaluation' }),
  changes: Changes.optional(),
  unchangedUntil: UnchangedUntil,
  partial: z.literal(true).optional().meta({ description: 'It has more events than were read: the evidence is of the newest' }),
  conditions: ExplainedNode,
})

const profileRoute = (app: App, { db, now }: Door): void => {
  app.get(
    '/spaces/:space/audiences/:id/explain',
    {
      schema: {
        tags,
        summary: 'Why a profile is in the audience or not: each condition with its evidence, and when time alone changes it',
        params: OneParams,
        querystring: z.object({ profile: z.string().min(1).max(600).meta({ description: 'A profile id, or type:value' }) }),
        response: { 200: z.object({ data: Explanation }) },
      },
    },
    async ({ caller: { spaceId }, params, query: { profile } }) => {
      const row = await definitionOf(db, 'audience', spaceId, params.id)
      const audience = { id: row.id, condition: row.definition as unknown as Condition }
      const profileId = await profileIdOf(db, spaceId, profile)
      return { data: await explain(db, scopeOf(spaceId, row, now()), audience, profileId) }
    },
  )
}

const Named = z.object({ id: z.string(), key: z.string().optional(), name: z.string() })
const Plan = z.object({
  at: z.string().meta({ description: 'The instant that windows and relative dates of the query count from' }),
  sql: z.string().meta({ description: 'The query that answers who is in; `$1` and so on stand for the parameters' }),
  parameters: z.array(z.unknown()),
  plan: z.array(z.string()).meta({ description: 'How the database finds them, a line a step' }),
  analyzed: z.boolean().meta({ description: 'Whether the query was run, so that the plan has real times' }),
  references: z.object({
    events: z.array(z.string()),
    traits: z.array(z.string()),
    audiences: z.array(z.string()),
    computedTraits: z.array(z.string()),
  }),
  referencedBy: z.object({
    audiences: z.array(Named),
    computedTraits: z.array(Named),
    journeys: z.array(Named),
  }),
  evaluations: z.array(Evaluation).meta({ description: 'The last ten that were full, failed or changed something' }),
})

const planRoute = (app: App, { db, now }: Door): void => {
  app.get(
    '/spaces/:space/audiences/:id/plan',
    {
      schema: {
        tags,
        summary: 'How an audience is evaluated: its SQL and plan, its last evaluations, what it refers to and what refers to it',
        params: OneParams,
        querystring: z.object({
          analyze: z.enum(['true', 'false']).default('false').meta({ description: 'Run the query, for 30 seconds at most' }),
        }),
        response: { 200: z.object({ data: Plan }) },
      },
    },
    async ({ caller: { spaceId }, params, query: { analyze } }) => {
      const row = await definitionOf(db, 'audience', spaceId, params.id)
      const condition = row.definition as unknown as Condition
      const scope = scopeOf(spaceId, row, now())
      const { parameters, plan, ...rest } = await queryPlan(db, scope, condition, analyze === 'true')
      const [references, users, evaluations] = await Promise.all([
        looksAt(db, spaceId, condition),
        usersOf(db, spaceId, row),
        evaluationsOf(db, spaceId, row.id, 10),
      ])
      return {
        data: {
          at: scope.now.toISOString(),
          ...rest,
          ...{ parameters: [...parameters], plan: [...plan] },
          references: listsOf(references),
          referencedBy: byKind(users),
          evaluations: evaluations.map(evaluationFrom),
        },
      }
    },
  )
}

const byKind = (users: readonly User[]) => {
  const of = (kind: User['kind']) => users.flatMap(({ kind: its, ...named }) => (its === kind ? [named] : []))
  return { audiences: of('audience'), computedTraits: of('computed_trait'), journeys: of('journey') }
}

const listsOf = ({ events, traits, audiences, computedTraits }: Awaited<ReturnType<typeof looksAt>>) => ({
  events: [...events],
  traits: [...traits],
  audiences: [...audiences],
  computedTraits: [...computedTraits],
})

/** Why a profile is in an audience or not, and how the audience is evaluated. */
export const audienceExplainRoutes = (app: App, door: Door): void => {
  profileRoute(app, door)
  planRoute(app, door)
}
