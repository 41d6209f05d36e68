import type { Db } from '../db/database.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { applySubscriptions } from './apply.ts'
import type { GroupChange, SubscriptionChange } from './change.ts'
import { groupsOf } from './group.ts'
import type { LinkTarget } from './link.ts'
import { type GroupChoice, lookUp, type VectorState } from './lookup.ts'

/** What the holder of a link sees: the address's state, and for e-mail each group. */
export type Preferences = VectorState & { readonly channel: SubscriptionChannel; readonly address: string }

export const preferencesOf = async (db: Db, target: LinkTarget): Promise<Preferences> => {
  const { spaceId, channel, address } = target
  const [found] = await lookUp(db, spaceId, [{ channel, address }])
  return { channel, address, state: found?.state, groups: found?.groups ?? [] }
}

const changeOf = (
  { channel, address }: LinkTarget,
  parts: Pick<SubscriptionChange, 'status' | 'groups'>,
): SubscriptionChange => ({
  key: address,
  channel,
  address,
  ...parts,
})

/** From what a link unsubscribes: the group of a group's message, all of the channel otherwise, or when that group is gone. */
export const groupOfLink = async (db: Db, { spaceId, channel, groupId }: LinkTarget) =>
  channel === 'email' && groupId ? (await groupsOf(db, spaceId)).find((group) => group.id === groupId) : undefined

/** Unsubscribes the holder of a link, from its group or from everything. Effective when it answers; a second time changes nothing. */
export const unsubscribe = async (
  db: Db,
  target: LinkTarget,
  { from, origin, now }: { readonly from: 'link' | 'all'; readonly origin: string; readonly now: Date },
): Promise<void> => {
  const group = from === 'link' ? await groupOfLink(db, target) : undefined
  const change = group
    ? changeOf(target, { groups: [{ id: group.id, name: group.name, status: 'unsubscribed' }] })
    : changeOf(target, { status: 'unsubscribed', groups: [] })
  await applySubscriptions(db, target.spaceId, [change], { origin, now, byPerson: true })
}

export type Choices = {
  /** Groups that are ticked, and those that were when the page was shown: only what the person toggled is a change. */
  readonly ticked: ReadonlySet<string>
  readonly shown: ReadonlySet<string>
  /** The person asked explicitly to get messages on this channel again. */
  readonly again: boolean
}

const toggled = (groups: readonly GroupChoice[], { ticked, shown }: Choices): readonly GroupChange[] =>
  groups
    .filter(({ id }) => ticked.has(id) !== shown.has(id))
    .map(({ id, name }) => ({ id, name, status: ticked.has(id) ? 'subscribed' : 'unsubscribed' }))

/**
 * Saves what a person toggled. Joining a group while not subscribed needs the explicit word that they want messages again: without it
 * nothing is changed and `consent-missing` is answered (spec/messaging §1.7). `locked`: a number that texted STOP must text START.
 */
export const savePreferences = async (
  db: Db,
  target: LinkTarget,
  choices: Choices,
  now: Date,
): Promise<'saved' | 'consent-missing' | 'locked'> => {
  const { state, groups } = await preferencesOf(db, target)
  const changes = toggled(groups, choices)
  const joins = changes.some((change) => change.status === 'subscribed')
  if (joins && state?.status !== 'subscribed' && !choices.again) return 'consent-missing'
  const change = changeOf(target, { ...(choices.again ? { status: 'subscribed' as const } : {}), groups: changes })
  const [result] = await applySubscriptions(db, target.spaceId, [change], { origin: 'preferences', now, byPerson: true })
  return result?.errors.some((error) => error.code === 'UNABLE_TO_SUBSCRIBE') ? 'locked' : 'saved'
}
