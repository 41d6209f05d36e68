import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { Misconfigured, notFound } from '../../base/errors.ts'
import { prefixedId } from '../../base/ids.ts'
import { keyFrom } from '../../base/key.ts'
import type { Config } from '../../config.ts'
import { connect } from '../../db/connect.ts'
import type { Db } from '../../db/database.ts'
import { runOne, transact } from '../../db/query.ts'
import { createSource, createSpace, createToken, spaceBySlug } from '../../space/space.ts'

const secret = (): string => randomBytes(24).toString('base64url')

const inDatabase = async <T>(config: Config, work: (db: Db) => Promise<T>): Promise<T> => {
  if (!config.databaseUrl) throw new Misconfigured('cli', 'DATABASE_URL is missing: this command writes to the database itself.')
  const { db, close } = connect(config.databaseUrl, { max: 1 })
  try {
    return await transact(db, work)
  } finally {
    await close()
  }
}

const makeSpace = async (db: Db, name: string): Promise<string> => {
  const spaceId = prefixedId('spa', randomBytes(12))
  const [token, writeKey, now] = [secret(), secret(), new Date()]
  await createSpace(db, { id: spaceId, slug: keyFrom(name), name }, now)
  await createSource(db, { spaceId, id: prefixedId('src', randomBytes(12)), name: 'First source', kind: 'server', writeKey }, now)
  await createToken(db, { spaceId, name: 'first', secret: token }, now)
  return `Space ${name} (${spaceId}) is ready.\n  write key, for tracking SDKs: ${writeKey}\n  token, for the app and the API: ${token}\nThe token is shown this once.\n`
}

const makeToken = async (db: Db, slug: string, name: string, seesPersonalData: boolean): Promise<string> => {
  const space = await runOne(db, spaceBySlug(slug))
  if (!space) throw notFound('space', slug)
  const token = secret()
  await createToken(db, { spaceId: space.id, name, secret: token, seesPersonalData }, new Date())
  return `Token "${name}" of ${space.name}, shown this once: ${token}\n`
}

/** `usher space create <name>` and `usher token create <space>`: the first steps on a database of one's own. */
export const spaceCommand = (program: Command, config: Config, write: (text: string) => void): void => {
  program
    .command('space')
    .description('separate worlds on one Usher')
    .command('create <name>')
    .description('make a space with a source and a token (needs DATABASE_URL)')
    .action(async (name: string) => write(await inDatabase(config, (db) => makeSpace(db, name))))
  program
    .command('token')
    .description('keys to the API')
    .command('create <space>')
    .description('make a token of the space with this slug (needs DATABASE_URL)')
    .option('--name <name>', 'what it is for', 'command line')
    .option('--no-personal-data', 'hide from it what SQL traits read')
    .action(async (slug: string, options: { name: string; personalData: boolean }) =>
      write(await inDatabase(config, (db) => makeToken(db, slug, options.name, options.personalData))),
    )
}
