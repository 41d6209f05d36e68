import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { keyFrom } from '../../base/key.ts'
import type { Config } from '../../config.ts'
import type { Db } from '../../db/database.ts'
import { runOne } from '../../db/query.ts'
import { copyRules } from '../../profile/copy-rules.ts'
import { createSource, createSpace, createToken, spaceBySlug } from '../../space/space.ts'
import { inDatabase } from './database.ts'

const secret = (): string => randomBytes(24).toString('base64url')

const makeSpace = async (db: Db, name: string, identityFrom: string | undefined): Promise<string> => {
  const from = identityFrom === undefined ? undefined : await runOne(db, spaceBySlug(identityFrom))
  if (identityFrom !== undefined && !from) throw notFound('space', identityFrom)
  const spaceId = prefixedId('spa', randomBytes(12))
  const [token, writeKey, now] = [secret(), secret(), new Date()]
  await createSpace(db, { id: spaceId, slug: keyFrom(name), name }, now)
  await createSource(db, { spaceId, id: prefixedId('src', randomBytes(12)), name: 'First source', kind: 'server', writeKey }, now)
  await createToken(db, { spaceId, name: 'first', secret: token }, now)
  const rules = from ? `It has the identity rules of ${from.name} (${await copyRules(db, from.id, spaceId)}).\n` : ''
  return `Space ${name} (${spaceId}) is ready.\n  write key, for tracking SDKs: ${writeKey}\n  token, for the app and the API: ${token}\nThe token is shown this once.\n${rules}`
}

/** `usher space create <name>`: the first step on a database of one's own. */
export const spaceCommand = (program: Command, config: Config, write: (text: string) => void): void => {
  program
    .command('space')
    .description('separate worlds on one Usher')
    .command('create <name>')
    .description('make a space with a source and a token (needs DATABASE_URL)')
    .option(
      '--identity-from <space>',
      'recognise people as the space with this slug does: identifiers, limits, priorities, blocked values',
    )
    .action(async (name: string, options: { identityFrom?: string }) =>
      write(await inDatabase(config, (db) => makeSpace(db, name, options.identityFrom))),
    )
}
