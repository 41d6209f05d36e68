import { sql } from 'kysely'
import type { Json, JsonObject } from '../base/json.ts'
import { unreachable } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'

/*
 * What a destination is told of an account's audience or computed trait (spec/audiences §12, §17): one group call for the account, or one identify
 * or track call for each of its users. Only built here; who sends them asks for them.
 */

/** How a change of an account is told. The names of track calls may be the connection's own. */
export type Emission =
  | { readonly mode: 'group' | 'identify' }
  | { readonly mode: 'track'; readonly entered?: string; readonly exited?: string; readonly computed?: string }

/** A computation as it is named to destinations. */
export type Named = {
  readonly spaceId: string
  readonly kind: 'audience' | 'computed_trait'
  readonly id: string
  readonly key: string
}

/** An account with its users, those who never did anything included. */
export type Peopled = {
  readonly accountId: string
  readonly groupId: string
  readonly users: readonly { readonly userId?: string; readonly anonymousId?: string; readonly email?: string }[]
}

type Row = { readonly id: string; readonly groupId: string; readonly users: readonly JsonObject[] }

/** Accounts with their users, set by set: a user without any event is one of them (ACC-05). */
export const peopled = async (db: Db, spaceId: string, accountIds: readonly string[]): Promise<readonly Peopled[]> => {
  const rows = await run(
    db,
    query(
      'emission.accounts',
      sql<Row>`select a.id, a.identifiers #>> '{group_id,0}' as "groupId",
          coalesce((select jsonb_agg(u.identifiers order by u.id) from profile_link l
            join profile u on u.space_id = ${spaceId} and u.id = l.profile_id
            where l.space_id = ${spaceId} and l.account_id = a.id), '[]'::jsonb) as users
        from profile a where a.space_id = ${spaceId} and a.id in (select unnest(${accountIds}::uuid[])) order by a.id`,
    ),
  )
  const first = (identifiers: JsonObject, type: string): string | undefined =>
    (identifiers[type] as readonly string[] | undefined)?.[0]
  return rows.map(({ id, groupId, users }) => ({
    accountId: id,
    groupId,
    users: users.map((each) => {
      const [userId, anonymousId, email] = [first(each, 'user_id'), first(each, 'anonymous_id'), first(each, 'email')]
      return {
        ...(userId === undefined ? {} : { userId }),
        ...(userId === undefined && anonymousId !== undefined ? { anonymousId } : {}),
        ...(email === undefined ? {} : { email }),
      }
    }),
  }))
}

const personas = ({ spaceId, kind, id, key }: Named): JsonObject => ({
  personas: {
    computation_class: kind === 'audience' ? 'audience' : 'trait',
    computation_id: id,
    computation_key: key,
    namespace: spaceId,
    space_id: spaceId,
  },
})

const trackName = ({ kind }: Named, value: Json, emission: Extract<Emission, { mode: 'track' }>): string => {
  if (kind === 'computed_trait') return emission.computed ?? 'Trait Computed'
  return value === true ? (emission.entered ?? 'Audience Entered') : (emission.exited ?? 'Audience Exited')
}

/** The calls that tell one account's value: of an audience `true` on entry and `false` on exit. */
export const callsOf = (named: Named, account: Peopled, value: Json, emission: Emission): readonly JsonObject[] => {
  const { key, kind } = named
  const context = personas(named)
  switch (emission.mode) {
    case 'group':
      return [{ type: 'group', groupId: account.groupId, traits: { [key]: value }, context }]
    case 'identify':
      return account.users.map(({ email, ...who }) => ({
        type: 'identify',
        ...who,
        traits: { [key]: value, ...(email === undefined ? {} : { email }) },
        context,
      }))
    case 'track': {
      const event = trackName(named, value, emission)
      const properties = { [kind === 'audience' ? 'audience_key' : 'trait_key']: key, [key]: value }
      return account.users.map(({ email, ...who }) => ({
        type: 'track',
        event,
        ...who,
        properties,
        context: email === undefined ? context : { ...context, traits: { email } },
      }))
    }
    default:
      return unreachable(emission)
  }
}
