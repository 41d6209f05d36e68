import type { Db } from '../db/database.ts'
import type { SubscriptionChannel } from '../db/rows/subscription.ts'
import { normaliseAddress } from '../subscription/address.ts'
import { applySubscriptions } from '../subscription/apply.ts'
import type { Ready } from './prepare.ts'
import type { Outcome } from './record.ts'

const ENDS = /^(unsubscribed|unregistered): /

/**
 * A provider that refused because the person said STOP, or because the app is gone from the device, knows something that we did not: the
 * address is unsubscribed here, too (spec/messaging §3.6, §3.7).
 */
export const endSubscriptions = async (
  db: Db,
  spaceId: string,
  chunk: readonly Ready[],
  outcomes: readonly Outcome[],
  now: Date,
): Promise<void> => {
  const refused = new Set(outcomes.filter((o) => o.status === 'failed' && ENDS.test(o.reason ?? '')).map((o) => o.id))
  if (refused.size === 0) return
  const ended = chunk
    .filter(({ taken }) => refused.has(taken.id))
    .map(({ subscriptionChannel, envelope }) => [subscriptionChannel, envelope.address] as const)
  await unsubscribeAddresses(db, spaceId, ended, 'provider', now)
}

/** Unsubscribes addresses on their channels; what is none is left out. */
export const unsubscribeAddresses = async (
  db: Db,
  spaceId: string,
  addresses: readonly (readonly [SubscriptionChannel, string])[],
  origin: string,
  now: Date,
): Promise<void> => {
  const changes = addresses.flatMap(([channel, key]) => {
    const address = normaliseAddress(channel, key)
    return address === undefined ? [] : [{ key, channel, address, status: 'unsubscribed' as const, groups: [] }]
  })
  await applySubscriptions(db, spaceId, changes, { origin, now })
}
