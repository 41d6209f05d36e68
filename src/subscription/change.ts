import type { Problem } from '../base/errors.ts'
import { isObject, type Json } from '../base/json.ts'
import type { SubscriptionChannel, SubscriptionStatus } from '../db/rows/subscription.ts'
import { normaliseAddress } from './address.ts'
import { parseChannel, parseStatus } from './vocabulary.ts'

/** A group is named by whoever writes, by its id in our own links. */
export type GroupChange = { readonly name: string; readonly id?: string; readonly status: SubscriptionStatus }

/** What somebody said about one address: its state on the channel (or nothing, which changes nothing) and on groups. */
export type SubscriptionChange = {
  /** As it was written, for the answer. */
  readonly key: string
  readonly channel: SubscriptionChannel
  /** In its one spelling. */
  readonly address: string
  readonly status?: SubscriptionStatus
  readonly groups: readonly GroupChange[]
  /** When it was said, for calls that arrive late; a time after `now` counts as `now`. Absent: now, and newer than anything known. */
  readonly at?: Date
}

export type SubscriptionProblem = Problem & { readonly code: string; readonly index: number }
export type ParsedSubscriptions = {
  readonly changes: readonly SubscriptionChange[]
  readonly problems: readonly SubscriptionProblem[]
}

export const WORDS = 'write SUBSCRIBED, UNSUBSCRIBED or DID_NOT_SUBSCRIBE'

type Fault = { readonly code: string; readonly field: string; readonly message: string; readonly remedy: string }
const fault = (code: string, field: string, message: string, remedy: string): Fault => ({ code, field, message, remedy })

const parseGroup = (raw: Json, place: string): GroupChange | Fault | undefined => {
  if (!isObject(raw) || typeof raw['name'] !== 'string' || raw['name'] === '')
    return fault('INVALID_GROUP', place, 'is not a group', 'write {"name": …, "status": …}')
  const status = parseStatus(raw['status'])
  if (status === 'invalid')
    return fault('INVALID_SUBSCRIPTION_STATUS', `${place}.status`, `${JSON.stringify(raw['status'])} is not a state`, WORDS)
  return status === 'none' ? undefined : { name: raw['name'], status }
}

const parseGroups = (raw: Json | undefined, channel: SubscriptionChannel): { groups: GroupChange[]; faults: Fault[] } => {
  if (raw === undefined || raw === null) return { groups: [], faults: [] }
  if (!Array.isArray(raw))
    return { groups: [], faults: [fault('INVALID_GROUP', 'groups', 'is not a list', 'write [{"name": …, "status": …}]')] }
  if (channel !== 'email' && raw.length > 0)
    return { groups: [], faults: [fault('INVALID_GROUP', 'groups', 'only e-mail has groups', 'leave "groups" out')] }
  const read = raw.map((group, i) => parseGroup(group, `groups.${i}`)).filter((group) => group !== undefined)
  return { groups: read.filter((g): g is GroupChange => !('code' in g)), faults: read.filter((g): g is Fault => 'code' in g) }
}

const addressFault = (channel: SubscriptionChannel): Fault => {
  if (channel === 'email') return fault('INVALID_EMAIL', 'key', 'is not an e-mail address', 'write it as a@example.com')
  if (channel === 'sms' || channel === 'whatsapp')
    return fault('INVALID_PHONE', 'key', 'is not a phone number', 'write it in E.164, for example +12065550100')
  return fault('INVALID_TOKEN', 'key', 'is not a push token', 'write the device token as the platform gave it')
}

/** One entry `{key, type, status?, groups?}`: the change, or what is wrong with it. Groups that are wrong do not spoil the rest of it. */
export const parseSubscription = (raw: unknown): { readonly change?: SubscriptionChange; readonly faults: readonly Fault[] } => {
  if (!isObject(raw))
    return { faults: [fault('INVALID_ITEM', '', 'is not an object', 'write {"key": …, "type": …, "status": …}')] }
  const channel = parseChannel(raw['type'])
  if (!channel)
    return { faults: [fault('INVALID_TYPE', 'type', 'is not a channel', 'write EMAIL, SMS, WHATSAPP, IOS_PUSH or ANDROID_PUSH')] }
  const key = raw['key']
  const address = typeof key === 'string' ? normaliseAddress(channel, key) : undefined
  if (typeof key !== 'string' || address === undefined) return { faults: [addressFault(channel)] }
  const status = parseStatus(raw['status'])
  if (status === 'invalid')
    return {
      faults: [fault('INVALID_SUBSCRIPTION_STATUS', 'status', `${JSON.stringify(raw['status'])} is not a state`, WORDS)],
    }
  const { groups, faults } = parseGroups(raw['groups'], channel)
  const change = { key, channel, address, ...(status === 'none' ? {} : { status }), groups }
  return status === 'none' && groups.length === 0 ? { faults } : { change, faults }
}

/**
 * Reads `context.messaging_subscriptions` of an identify or track call (spec/messaging §2.1). Entries that are wrong are reported one by
 * one; their valid siblings are changes. Field names are relative to the list: `0.status`.
 */
export const parseSubscriptions = (raw: unknown): ParsedSubscriptions => {
  if (!Array.isArray(raw)) {
    const problem = {
      code: 'INVALID_ITEM',
      index: 0,
      field: '',
      message: 'is not a list',
      remedy: 'write [{"key": …, "type": …}]',
    }
    return { changes: [], problems: [problem] }
  }
  const parsed = raw.map(parseSubscription)
  return {
    changes: parsed.flatMap(({ change }) => (change ? [change] : [])),
    problems: parsed.flatMap(({ faults }, index) =>
      faults.map((f) => ({ ...f, index, field: [String(index), f.field].filter((part) => part !== '').join('.') })),
    ),
  }
}
