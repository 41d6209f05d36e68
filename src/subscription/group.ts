import { sql } from 'kysely'
import { Invalid, notFound, type Problem, Refused } from '../base/errors.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { SubscriptionGroupRow } from '../db/rows/subscription.ts'

export const MOST_GROUPS = 25
const LONGEST_NAME = 75
const LONGEST_DESCRIPTION = 500
const FORBIDDEN = /[!@#$%^&*()_+\-=[\]{};':"\\|,.<>/?áéíóúàèìòùëïãÁÉÍÓÚÀÈÌÒÙËÏÃ\p{C}]/u

export type SubscriptionGroup = Omit<SubscriptionGroupRow, 'space_id'>
export type NewGroup = { readonly id: string; readonly name: string; readonly description: string }

/** What is wrong with a group's name and description (spec/messaging §1.9). */
export const groupProblems = ({ name, description }: { name: string; description: string }): readonly Problem[] => {
  const problem = (field: string, message: string, remedy: string): Problem => ({ field, message, remedy })
  return [
    ...(name === '' ? [problem('name', 'is empty', 'say what the group is about, for example "Newsletter"')] : []),
    ...(name.length > LONGEST_NAME ? [problem('name', `is longer than ${LONGEST_NAME} characters`, 'shorten it')] : []),
    ...(name.trim() === name ? [] : [problem('name', 'begins or ends with a space', 'take the space away')]),
    ...(FORBIDDEN.test(name) ? [problem('name', 'has punctuation or accented letters', 'use letters, digits and spaces')] : []),
    ...(description.length > LONGEST_DESCRIPTION
      ? [problem('description', `is longer than ${LONGEST_DESCRIPTION} characters`, 'shorten it')]
      : []),
  ]
}

/** All groups of a space, at most 25, by name. */
export const groupsOf = (db: Db, spaceId: string): Promise<readonly SubscriptionGroup[]> =>
  run(
    db,
    query(
      'subscription_group.list',
      sql<SubscriptionGroup>`select id, name, description, created_at from subscription_group
        where space_id = ${spaceId} order by name, id`,
    ),
  )

export const groupOf = async (db: Db, spaceId: string, id: string): Promise<SubscriptionGroup> => {
  const found = await runOne(
    db,
    query(
      'subscription_group.by_id',
      sql<SubscriptionGroup>`select id, name, description, created_at from subscription_group where space_id = ${spaceId} and id = ${id}`,
    ),
  )
  if (!found) throw notFound('subscription group', id)
  return found
}

const taken = (name: string): Refused => new Refused('group_exists', `There is a subscription group "${name}" already.`)

/** Makes a group. @throws Invalid for a bad name, Refused when there are 25 or one of this name. */
export const createGroup = async (db: Db, spaceId: string, group: NewGroup, now: Date): Promise<SubscriptionGroup> => {
  const problems = groupProblems(group)
  if (problems.length > 0) throw new Invalid('invalid', problems)
  if ((await groupsOf(db, spaceId)).length >= MOST_GROUPS)
    throw new Refused('too_many_groups', `A space has at most ${MOST_GROUPS} subscription groups: delete one first.`)
  const [made] = await run(
    db,
    query(
      'subscription_group.create',
      sql<SubscriptionGroup>`insert into subscription_group (space_id, id, name, description, created_at)
        values (${spaceId}, ${group.id}, ${group.name}, ${group.description}, ${now})
        on conflict do nothing returning id, name, description, created_at`,
    ),
  )
  if (!made) throw taken(group.name)
  return made
}

/** Changes name or description; who is in the group stays. */
export const updateGroup = async (
  db: Db,
  spaceId: string,
  id: string,
  change: { readonly name?: string | undefined; readonly description?: string | undefined },
): Promise<SubscriptionGroup> => {
  const { name, description } = { ...(await groupOf(db, spaceId, id)), ...withoutUndefined(change) }
  const problems = groupProblems({ name, description })
  if (problems.length > 0) throw new Invalid('invalid', problems)
  if ((await groupsOf(db, spaceId)).some((group) => group.name === name && group.id !== id)) throw taken(name)
  const updated = await runOne(
    db,
    query(
      'subscription_group.update',
      sql<SubscriptionGroup>`update subscription_group set name = ${name}, description = ${description}
        where space_id = ${spaceId} and id = ${id} returning id, name, description, created_at`,
    ),
  )
  return must(updated, 'the group that was there a moment ago')
}

const withoutUndefined = <T extends object>(object: T): { [Key in keyof T]: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never

/** Deletes a group; what people chose about it is kept (spec/messaging §1.9), so that sends to it are refused and not opened to all. */
export const deleteGroup = async (db: Db, spaceId: string, id: string): Promise<void> => {
  const [gone] = await run(
    db,
    query(
      'subscription_group.delete',
      sql<{ id: string }>`delete from subscription_group where space_id = ${spaceId} and id = ${id} returning id`,
    ),
  )
  if (!gone) throw notFound('subscription group', id)
}
