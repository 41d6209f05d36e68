import * as z from 'zod'
import { Invalid, notFound } from '../../base/errors.ts'
import type { Db } from '../../db/database.ts'
import { parseReference } from '../../ingest/reference.ts'
import { findProfile } from '../../profile/read.ts'
import { type Asked, type Before, type Fact, factsOf, KINDS, subscriptionFacts } from '../timeline/entries.ts'
import { entryOf } from '../timeline/sentences.ts'
import type { Route } from './index.ts'

const Entry = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.enum(KINDS),
  title: z.string(),
  detail: z.string().optional(),
  link: z.string().optional(),
  tone: z.enum(['plain', 'good', 'warn', 'bad']),
  data: z.record(z.string(), z.unknown()).optional(),
})

const Asks = z.object({
  before: z.string().optional().describe('An instant, or the `next` of the page before'),
  kinds: z
    .string()
    .optional()
    .describe(`Comma-separated: ${KINDS.join(', ')}`),
  count: z.coerce.number().int().min(1).max(200).default(50),
})

const beforeOf = (text: string | undefined, now: Date): Before => {
  // A day ahead: clocks of phones run fast, and what they report belongs on the timeline.
  if (text === undefined) return { at: new Date(now.getTime() + 86_400_000), key: '' }
  const [instant = '', key = ''] = text.split('~')
  const at = new Date(instant)
  if (Number.isNaN(at.getTime()))
    throw new Invalid('invalid', [{ field: 'before', message: 'write an instant, for example 2026-01-31T00:00:00Z' }])
  return { at, key }
}

const kindsOf = (text: string | undefined): Asked['kinds'] => {
  if (!text) return new Set(KINDS)
  const asked = text.split(',')
  const unknown = asked.find((kind) => !KINDS.some((known) => known === kind))
  if (unknown !== undefined)
    throw new Invalid('invalid', [{ field: 'kinds', message: `"${unknown}" is none of ${KINDS.join(', ')}` }])
  return new Set(KINDS.filter((kind) => asked.includes(kind)))
}

const newestFirst = (a: Fact, b: Fact): number => b.at.getTime() - a.at.getTime() || (a.key < b.key ? 1 : -1)

/** One page of a person's facts, newest first, and where the next begins. @throws notFound */
const readTimeline = async (db: Db, profile: string, asked: Omit<Asked, 'profileId'>) => {
  const reference = parseReference(profile)
  const person = reference && (await findProfile(db, asked.spaceId, reference))
  if (!person) throw notFound('profile', profile)
  const whole = { ...asked, profileId: person.id, count: asked.count + 1 }
  const addresses = Object.values(person.identifiers).flat()
  const facts = (await Promise.all([factsOf(db, whole), subscriptionFacts(db, whole, addresses)])).flat().toSorted(newestFirst)
  const page = facts.slice(0, asked.count)
  const last = page.at(-1)
  return {
    entries: page.map(entryOf),
    pagination: last && facts.length > asked.count ? { next: `${last.at.toISOString()}~${last.key}` } : {},
  }
}

/** `GET /spaces/:space/profiles/:id/timeline`: everything that happened to a person in every room, newest first. */
export const timelineRoutes: Route = (app, { db, now }) => {
  app.get(
    '/spaces/:space/profiles/:id/timeline',
    {
      schema: {
        tags: ['profile'],
        summary: 'Everything that happened to a person: events, audiences, journeys, messages, deliveries, subscriptions',
        params: z.object({ space: z.string(), id: z.string().describe('Profile id, or type:value of an identifier') }),
        querystring: Asks,
        response: {
          200: z.object({
            data: z.object({ entries: z.array(Entry), pagination: z.object({ next: z.string().optional() }) }),
          }),
        },
      },
    },
    async (request) => {
      const { before, kinds, count } = request.query
      const asked = {
        spaceId: request.caller.spaceId,
        kinds: kindsOf(kinds),
        before: beforeOf(before, now()),
        count,
      }
      const { entries, pagination } = await readTimeline(db, request.params.id, asked)
      return { data: { entries: entries.map((entry) => ({ ...entry })), pagination } }
    },
  )
}
