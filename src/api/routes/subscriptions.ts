import * as z from 'zod'
import { prefixedId } from '../../base/ids.ts'
import { must } from '../../base/must.ts'
import { applySubscriptions } from '../../subscription/apply.ts'
import { parseSubscription, type SubscriptionChange } from '../../subscription/change.ts'
import type { SubscriptionResult } from '../../subscription/decide.ts'
import {
  createGroup,
  deleteGroup,
  groupOf,
  groupsOf,
  MOST_GROUPS,
  type SubscriptionGroup,
  updateGroup,
} from '../../subscription/group.ts'
import { lookUp, type VectorState } from '../../subscription/lookup.ts'
import { STATUS_ON_THE_WIRE } from '../../subscription/vocabulary.ts'
import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const MOST_ITEMS = 1_000
const Params = z.object({ space: z.string() })
const Gone = { 200: z.object({ data: z.object({ status: z.literal('SUCCESS') }) }) }
const GroupParams = Params.extend({ id: z.string() })

const ItemGroup = z.looseObject({ name: z.string().optional(), status: z.union([z.string(), z.boolean()]).nullish() })
const Item = z.looseObject({
  key: z.string().describe('the address: an e-mail address, a phone number, a push token'),
  type: z.string().describe('EMAIL, SMS, WHATSAPP, IOS_PUSH or ANDROID_PUSH'),
  status: z
    .union([z.string(), z.boolean()])
    .nullish()
    .describe('SUBSCRIBED, UNSUBSCRIBED or DID_NOT_SUBSCRIBE; left out, it stays'),
  groups: z.array(ItemGroup).max(MOST_GROUPS).nullish().describe('e-mail only'),
})
const WireGroup = z.object({
  id: z.string().optional(),
  name: z.string(),
  status: z.string().optional(),
  updatedAt: z.string().optional(),
})
const WireItem = z.object({
  key: z.string(),
  type: z.string(),
  status: z.string().optional(),
  groups: z.array(WireGroup).optional(),
  updatedAt: z.string().optional(),
})
const Failed = WireItem.extend({ errors: z.array(z.object({ code: z.string(), message: z.string() })) })
const Answer = z.object({ data: z.object({ successes: z.array(WireItem), failures: z.array(Failed) }) })

type Item = z.infer<typeof Item>
type Failure = { readonly code: string; readonly message: string }
type Read = { readonly item: Item; readonly change?: SubscriptionChange; readonly failures: readonly Failure[] }

const read = (item: Item): Read => {
  const { change, faults } = parseSubscription(item)
  const failures = faults.map(({ code, field, message, remedy }) => ({ code, message: `${field}: ${message}; ${remedy}` }))
  if (!change && failures.length === 0)
    failures.push({ code: 'NOTHING_TO_SET', message: 'status: is missing; send a status or groups' })
  return { item, failures, ...(change ? { change } : {}) }
}

const SUPERSEDED: Failure = {
  code: 'SUPERSEDED',
  message: 'A newer change of this address came in at the same moment; look it up again.',
}

const echo = ({ item, change }: Read, ids: ReadonlyMap<string, string>): z.infer<typeof WireItem> => ({
  key: item.key,
  type: item.type,
  ...(change?.status ? { status: STATUS_ON_THE_WIRE[change.status] } : {}),
  ...(change && change.groups.length > 0
    ? { groups: change.groups.map(({ name, status }) => ({ id: ids.get(name), name, status: STATUS_ON_THE_WIRE[status] })) }
    : {}),
})

const wireState = ({ state, groups }: VectorState) => {
  const chosen = groups.flatMap(({ id, name, status, updatedAt }) =>
    status ? [{ id, name, status: STATUS_ON_THE_WIRE[status], updatedAt: updatedAt?.toISOString() }] : [],
  )
  return {
    ...(state ? { status: STATUS_ON_THE_WIRE[state.status], updatedAt: state.updated_at.toISOString() } : {}),
    ...(chosen.length > 0 ? { groups: chosen } : {}),
  }
}

const replace = async ({ db, now }: Door, spaceId: string, items: readonly Item[]): Promise<z.infer<typeof Answer>['data']> => {
  const reads = items.map(read)
  const changes = reads.flatMap(({ change }) => (change ? [change] : []))
  const results = await applySubscriptions(db, spaceId, changes, { origin: 'api', now: now() })
  const byChange = new Map<SubscriptionChange, SubscriptionResult>(results.map((result) => [result.change, result]))
  const ids = new Map(changes.some((c) => c.groups.length > 0) ? (await groupsOf(db, spaceId)).map((g) => [g.name, g.id]) : [])
  const judged = reads.map((each) => {
    const result = each.change && byChange.get(each.change)
    const errors = [...each.failures, ...(result?.errors ?? []), ...(result?.outcome === 'superseded' ? [SUPERSEDED] : [])]
    return { wire: echo(each, ids), errors }
  })
  return {
    successes: judged.filter(({ errors }) => errors.length === 0).map(({ wire }) => wire),
    failures: judged.filter(({ errors }) => errors.length > 0).map(({ wire, errors }) => ({ ...wire, errors })),
  }
}

const batch = async ({ db }: Door, spaceId: string, items: readonly { key: string; type: string }[]) => {
  const reads = items.map(({ key, type }) => read({ key, type, status: 'SUBSCRIBED' }))
  const states = await lookUp(
    db,
    spaceId,
    reads.flatMap(({ change }) => (change ? [change] : [])),
  )
  let next = 0
  const successes: z.infer<typeof WireItem>[] = []
  const failures: z.infer<typeof Failed>[] = []
  for (const { item, change, failures: errors } of reads) {
    if (change) successes.push({ key: item.key, type: item.type, ...wireState(must(states[next++], 'the state of a change')) })
    else failures.push({ key: item.key, type: item.type, errors: [...errors] })
  }
  return { successes, failures }
}

const Group = z.object({ id: z.string(), name: z.string(), description: z.string(), createdAt: z.string() })
const GroupAnswer = z.object({ data: z.object({ subscriptionGroup: Group }) })
const GroupList = z.object({
  data: z.object({
    subscriptionGroups: z.array(Group),
    pagination: z.object({ current: z.string(), next: z.string().optional(), totalEntries: z.number() }),
  }),
})
const wireGroup = ({ id, name, description, created_at }: SubscriptionGroup) => ({
  id,
  name,
  description,
  createdAt: created_at.toISOString(),
})

const groupRoutes = (app: App, { db, now, random }: Door): void => {
  const path = '/spaces/:space/subscription-groups'
  const tags = ['subscription']
  app.get(
    path,
    { schema: { tags, summary: 'All subscription groups', params: Params, response: { 200: GroupList } } },
    async (request) => {
      const groups = (await groupsOf(db, request.caller.spaceId)).map(wireGroup)
      return { data: { subscriptionGroups: groups, pagination: { current: '', totalEntries: groups.length } } }
    },
  )
  app.post(
    path,
    {
      schema: {
        tags,
        summary: 'Make a subscription group',
        params: Params,
        body: z.strictObject({ name: z.string(), description: z.string().default('') }),
        response: { 201: GroupAnswer },
      },
    },
    async (request, reply) => {
      const id = prefixedId('grp', random(12))
      const group = await createGroup(db, request.caller.spaceId, { id, ...request.body }, now())
      return reply.status(201).send({ data: { subscriptionGroup: wireGroup(group) } })
    },
  )
  app.get(
    `${path}/:id`,
    { schema: { tags, summary: 'One subscription group', params: GroupParams, response: { 200: GroupAnswer } } },
    async (request) => ({ data: { subscriptionGroup: wireGroup(await groupOf(db, request.caller.spaceId, request.params.id)) } }),
  )
  app.patch(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Rename or describe a subscription group',
        params: GroupParams,
        body: z.strictObject({ name: z.string().optional(), description: z.string().optional() }),
        response: { 200: GroupAnswer },
      },
    },
    async (request) => ({
      data: { subscriptionGroup: wireGroup(await updateGroup(db, request.caller.spaceId, request.params.id, request.body)) },
    }),
  )
  app.delete(
    `${path}/:id`,
    { schema: { tags, summary: 'Delete a subscription group; what people chose is kept', params: GroupParams, response: Gone } },
    async (request) => {
      await deleteGroup(db, request.caller.spaceId, request.params.id)
      return { data: { status: 'SUCCESS' as const } }
    },
  )
}

/** `PUT …/messaging-subscriptions`, `POST …/messaging-subscriptions/batch` (spec/messaging §2.3), and subscription groups. */
export const subscriptionRoutes: Route = (app, door) => {
  app.put(
    '/spaces/:space/messaging-subscriptions',
    {
      schema: {
        tags: ['subscription'],
        summary: 'Set states of addresses; effective when it answers, each item on its own',
        params: Params,
        body: z.object({ subscriptions: z.array(Item).min(1).max(MOST_ITEMS) }),
        response: { 200: Answer },
      },
    },
    async (request) => ({ data: await replace(door, request.caller.spaceId, request.body.subscriptions) }),
  )
  app.post(
    '/spaces/:space/messaging-subscriptions/batch',
    {
      schema: {
        tags: ['subscription'],
        summary: 'States of addresses; without `status` where nothing is known',
        params: Params,
        body: z.object({
          subscriptions: z
            .array(z.object({ key: z.string(), type: z.string() }))
            .min(1)
            .max(MOST_ITEMS),
        }),
        response: { 200: Answer },
      },
    },
    async (request) => ({ data: await batch(door, request.caller.spaceId, request.body.subscriptions) }),
  )
  groupRoutes(app, door)
}
