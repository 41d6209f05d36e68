import type { ToldId } from '../db/rows/connection.ts'

type Identifiers = Readonly<Record<string, readonly string[]>>

const orNobody = <T>(items: readonly T[]): readonly (T | undefined)[] => (items.length === 0 ? [undefined] : items)

/**
 * Whom the calls about a person are addressed to (spec/audiences §17.5): one a user id and email, and one an anonymous id where those count. Nobody,
 * where the person has none of these.
 */
export const addresseesOf = (identifiers: Identifiers, anonymous: boolean): readonly ToldId[] => {
  const { user_id: users = [], email: emails = [], anonymous_id: browsers = [] } = identifiers
  const known = orNobody(users).flatMap((userId) =>
    orNobody(emails).flatMap((email): readonly ToldId[] =>
      userId === undefined && email === undefined
        ? []
        : [{ ...(userId === undefined ? {} : { userId }), ...(email === undefined ? {} : { email }) }],
    ),
  )
  return [...known, ...(anonymous ? browsers.map((anonymousId) => ({ anonymousId })) : [])]
}

const keyOf = ({ userId, anonymousId, email }: ToldId): string => JSON.stringify([userId, anonymousId, email])

/** Each once. */
export const unique = (ids: readonly ToldId[]): readonly ToldId[] => [...new Map(ids.map((id) => [keyOf(id), id])).values()]

/** Those of the first that are not among the others. */
export const without = (ids: readonly ToldId[], others: readonly ToldId[]): readonly ToldId[] => {
  const there = new Set(others.map(keyOf))
  return ids.filter((id) => !there.has(keyOf(id)))
}
