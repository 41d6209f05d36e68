import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import type { Call } from '../../ingest/call.ts'
import type { Examined } from '../../ingest/examine.ts'
import { passagesSince } from '../../journey/passage.ts'
import type { Collection, Identifier } from '../../profile/identifier.ts'
import {
  type Asked,
  audiencesSeen,
  linksSeen,
  mergesSeen,
  ownersSeen,
  type ProfileSeen,
  profilesSeen,
  refusalsSeen,
  subscriptionsSeen,
  type ValueSeen,
  valuesSeen,
} from './read.ts'
import type { Effects } from './shapes.ts'

/** What was known before the call; where nobody looked then, what it wrote is told by its time. */
export type Before = { readonly profiles: readonly ProfileSeen[]; readonly values: readonly ValueSeen[] }

/** Everything that identifies somebody in a call, its account's among it. */
const namedBy = ({ identifiers }: Examined, call: Call): readonly (Identifier & { readonly collection: Collection })[] => [
  ...identifiers.map((each) => ({ ...each, collection: 'users' as const })),
  ...(call.groupId === undefined ? [] : [{ collection: 'accounts' as const, type: 'group_id', value: call.groupId }]),
]

/** Whom a stored call is about: the person, and the account of a group call. */
export const whomOf = async (
  db: Db,
  spaceId: string,
  examined: Examined,
  call: Call,
  personId: string | undefined,
): Promise<readonly string[]> => {
  const owned = await ownersSeen(db, spaceId, namedBy(examined, call))
  const accounts = owned.filter(({ collection }) => collection === 'accounts').map((row) => row.profile_id)
  return [...(personId === undefined ? [] : [personId]), ...accounts]
}

const nameOf = ({ name, email }: ProfileSeen): string | null => name ?? email

const traitsOf = (after: ProfileSeen, known: ProfileSeen | undefined, call: Call, told: boolean): Effects['traits'] => {
  const { collection } = after
  const keys = [...new Set([...Object.keys(after.traits), ...Object.keys(known?.traits ?? {})])]
  const changed = told
    ? keys.filter((key) => !isDeepStrictEqual(known?.traits[key], after.traits[key]))
    : keys.filter((key) => after.times[key] === call.timestamp.getTime())
  const at = (from: ProfileSeen | undefined, key: string): Json => from?.traits[key] ?? null
  return changed.toSorted().map((key) => ({ collection, key, before: at(known, key), after: at(after, key) }))
}

type Values = {
  readonly before: readonly ValueSeen[] | undefined
  readonly after: readonly ValueSeen[]
  readonly since: Date
  readonly losers: readonly string[]
}

// What somebody who is merged had goes over as it is: the value is the survivor's, and no other.
const computedOf = ({ before, after, since, losers }: Values): Effects['computedTraits'] => {
  const shown = ({ id, key, name }: ValueSeen) => ({ id, key, name })
  if (!before)
    return after
      .filter(({ changedAt }) => changedAt >= since)
      .map((each) => ({ ...shown(each), before: null, after: each.value }))
  const own = (values: readonly ValueSeen[]): ReadonlyMap<string, ValueSeen> => {
    const keyOf = ({ id, profileId }: ValueSeen): string => (losers.includes(profileId) ? `${id} merged` : `${id} ${profileId}`)
    return new Map(values.map((each) => [keyOf(each), each]))
  }
  const [was, is] = [own(before), own(after)]
  const survivors = [...new Map([...was, ...is])].filter(([, { profileId }]) => !losers.includes(profileId))
  return survivors.flatMap(([key, each]) => {
    const [old, now] = [(was.get(key) ?? was.get(`${each.id} merged`))?.value ?? null, is.get(key)?.value ?? null]
    return isDeepStrictEqual(old, now) ? [] : [{ ...shown(each), before: old, after: now }]
  })
}

const personOf = (of: ProfileSeen, known: ProfileSeen | undefined, told: boolean, since: Date) => ({
  profileId: of.profileId,
  collection: of.collection,
  name: nameOf(of),
  isNew: told ? known === undefined : of.createdAt >= since,
})

/** All that was written about whom a call is about: read at once, so that what was before can be asked for afterwards. */
export type Seen = {
  readonly asked: Asked
  readonly call: Call
  readonly losers: readonly string[]
  readonly profiles: readonly ProfileSeen[]
  readonly values: readonly ValueSeen[]
  readonly isLinked: (accountId: string) => boolean
} & Pick<Effects, 'identifiers' | 'refused' | 'subscriptions' | 'audiences' | 'journeys'>

/** Reads every effect of a stored call that is there: at once in a transaction that is undone, or bit by bit as it happens. */
export const seeEffects = async (db: Db, asked: Asked, examined: Examined, call: Call): Promise<Seen> => {
  const { spaceId, profileIds, since, messageId } = asked
  const losers = (await mergesSeen(db, asked)).map(({ loser_id }) => loser_id)
  const everybody = [...profileIds, ...losers]
  const owned = await ownersSeen(db, spaceId, namedBy(examined, call))
  const links = await linksSeen(db, asked)
  const addresses = [...new Set(call.subscriptions.map(({ address }) => address))]
  return {
    asked,
    call,
    losers,
    profiles: await profilesSeen(db, spaceId, everybody),
    values: await valuesSeen(db, spaceId, everybody),
    isLinked: (accountId) => links.some(({ account_id }) => account_id === accountId),
    identifiers: owned
      .filter((row) => row.message_id === messageId)
      .map(({ collection, type, value }) => ({ collection, type, value })),
    refused: [...(await refusalsSeen(db, asked))],
    subscriptions: addresses.length === 0 ? [] : [...(await subscriptionsSeen(db, spaceId, addresses, since))],
    audiences: [...(await audiencesSeen(db, asked))],
    journeys: [...(await passagesSince(db, spaceId, profileIds, since))],
  }
}

/** How whom it is about was before: asked of the database where the call is not stored, or not yet. */
export const seeBefore = async (db: Db, { asked, losers }: Seen): Promise<Before> => {
  const ids = [...asked.profileIds, ...losers]
  return { profiles: await profilesSeen(db, asked.spaceId, ids), values: await valuesSeen(db, asked.spaceId, ids) }
}

/** The effects of what was seen; with `before` they say what was there. */
export const effectsOf = (seen: Seen, before?: Before): Effects => {
  const { asked, call, losers, profiles, values, isLinked } = seen
  const { identifiers, refused, subscriptions, audiences, journeys } = seen
  const knownOf = (id: string): ProfileSeen | undefined => before?.profiles.find(({ profileId }) => profileId === id)
  const [person, account] = (['users', 'accounts'] as const).map((collection) =>
    profiles.find((each) => each.collection === collection && asked.profileIds.includes(each.profileId)),
  )
  const shown = (of: ProfileSeen) => personOf(of, knownOf(of.profileId), before !== undefined, asked.since)
  const nameOfLoser = (id: string): string | null => {
    const there = knownOf(id) ?? profiles.find(({ profileId }) => profileId === id)
    return there ? nameOf(there) : null
  }
  return {
    ...{ identifiers, refused, subscriptions, audiences, journeys },
    ...(person ? { person: shown(person) } : {}),
    ...(account ? { account: { ...shown(account), isLinked: isLinked(account.profileId) } } : {}),
    merges: losers.map((profileId) => ({ profileId, name: nameOfLoser(profileId) })),
    traits: [person, account].flatMap((each) =>
      each ? traitsOf(each, knownOf(each.profileId), call, before !== undefined) : [],
    ),
    computedTraits: computedOf({ before: before?.values, after: values, since: asked.since, losers }),
  }
}
