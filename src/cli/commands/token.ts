import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { notFound } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Config } from '../../config.ts'
import type { Db } from '../../db/database.ts'
import { runOne } from '../../db/query.ts'
import { createToken, spaceBySlug } from '../../space/space.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'
import { inDatabase } from './database.ts'

const shown = (answer: JsonObject): string =>
  table(listOf(answer, 'tokens'), [
    ['id', (row) => row['id']],
    ['name', (row) => row['name']],
    ['opens', (row) => (row['kind'] === 'profile_api' ? 'Profile API' : 'everything')],
    ['made by', (row) => row['createdBy']],
    ['used last', (row) => row['lastUsedAt'] ?? 'never'],
    ['revoked', (row) => row['revokedAt'] ?? ''],
  ])

const makeToken = async (db: Db, slug: string, name: string, seesPersonalData: boolean): Promise<string> => {
  const space = await runOne(db, spaceBySlug(slug))
  if (!space) throw notFound('space', slug)
  const secret = randomBytes(24).toString('base64url')
  await createToken(db, { spaceId: space.id, name, secret, seesPersonalData }, new Date())
  return `Token "${name}" of ${space.name}, shown this once: ${secret}\n`
}

/** `usher token create <space>`: the first step on a database of one's own; and `usher token list`, `usher token add <name>`, `usher token revoke <id>`: the keys of the space, by its API. */
export const tokenCommand = (program: Command, { api, print }: Session, config: Config, write: (text: string) => void): void => {
  const token = program.command('token').description('keys to the API')
  token
    .command('create <space>')
    .description('make a token that manages the space with this slug (needs DATABASE_URL)')
    .option('--name <name>', 'what it is for', 'command line')
    .option('--no-personal-data', 'hide from it what SQL traits read')
    .action(async (slug: string, options: { name: string; personalData: boolean }) =>
      write(await inDatabase(config, (db) => makeToken(db, slug, options.name, options.personalData))),
    )
  token
    .command('list')
    .description('the tokens of the space, and when they were used last')
    .action(async () => print(await (await api()).get('/tokens'), shown))
  token
    .command('add <name>')
    .description('make a token for the Profile API; it is shown this once')
    .option('--manage', 'one that manages the space instead')
    .action(async (name: string, options: { manage?: boolean }) =>
      print(
        await (await api()).post('/tokens', { name, kind: options.manage ? 'management' : 'profile_api' }),
        (answer) => `Token "${name}" (${textOf(objectOf(answer, 'token')['id'])}), shown this once: ${textOf(answer['secret'])}`,
      ),
    )
  token
    .command('revoke <id>')
    .description('it opens nothing from now on')
    .action(async (id: string) =>
      print(
        await (await api()).remove(`/tokens/${encodeURIComponent(id)}`),
        (answer) => `Revoked "${textOf(objectOf(answer, 'token')['name'])}".`,
      ),
    )
}
