import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import { isObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const pairs = (object: JsonObject): string =>
  Object.entries(object)
    .map(
      ([key, value]) =>
        `  ${key}: ${Array.isArray(value) ? value.map(textOf).join(', ') : isObject(value) ? JSON.stringify(value) : textOf(value)}`,
    )
    .join('\n')

const showProfile = (answer: JsonObject): string => {
  const profile = objectOf(answer, 'profile')
  const audiences = table(listOf(profile, 'audiences'), [
    ['audience', (row) => row['key']],
    ['since', (row) => row['enteredAt']],
  ])
  const subscriptions = table(listOf(profile, 'subscriptions'), [
    ['channel', (row) => row['channel']],
    ['address', (row) => row['address']],
    ['state', (row) => row['status']],
  ])
  const suppressions = listOf(profile, 'suppressions').map(
    (row) => `${textOf(row['channel'])} ${textOf(row['address'])} is suppressed: ${textOf(row['sentence'])}`,
  )
  return [
    `Profile ${textOf(profile['id'])}`,
    pairs(objectOf(profile, 'identifiers')),
    '\nTraits',
    pairs(objectOf(profile, 'traits')),
    `\n${audiences}`,
    `\n${subscriptions}`,
    ...suppressions,
  ].join('\n')
}

const byWhom = (row: JsonObject): string => `${textOf(row['sourceName'] ?? row['sourceId'])} ${textOf(row['messageId'])}`

const showGraph = (answer: JsonObject): string => {
  const graph = objectOf(answer, 'graph')
  const identifiers = table(listOf(graph, 'identifiers'), [
    ['identifier', (row) => `${textOf(row['type'])}:${textOf(row['value'])}`],
    ['added', (row) => row['addedAt']],
    ['by source and message', byWhom],
  ])
  const merges = listOf(graph, 'merges').map(
    (row) => `Merged with ${textOf(row['mergedProfileId'])} at ${textOf(row['mergedAt'])} by ${textOf(row['messageId'])}`,
  )
  const refusals = listOf(graph, 'refusals').map(
    (row) =>
      `Not taken: ${textOf(row['type'])}:${textOf(row['value'])} (${textOf(row['code'])}), last ${textOf(row['lastAt'])} by ${byWhom(row)}\n  ${textOf(row['reason'])}${row['otherProfileId'] ? ` It is ${textOf(row['otherProfileId'])}.` : ''}`,
  )
  return [`Profile ${textOf(graph['profileId'])}`, identifiers, ...merges, ...refusals].join('\n')
}

/** `usher profile graph <profile>` and `usher profile show <profile>`. */
export const profileCommand = (program: Command, { api, print }: Session): void => {
  const profile = program.command('profile').description('what is known of a person')
  profile
    .command('show <profile>')
    .description('by id, or as type:value, for example user_id:42')
    .action(async (id: string) => print(await (await api()).get(`/profiles/${encodeURIComponent(id)}`), showProfile))
  profile
    .command('graph <profile>')
    .description('which call added which identifier, and why something was not merged')
    .action(async (id: string) => print(await (await api()).get(`/profiles/${encodeURIComponent(id)}/graph`), showGraph))
}
