import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const showApps = (answer: JsonObject): string =>
  table(listOf(answer, 'apps'), [
    ['id (sub)', (row) => row['id']],
    ['name', (row) => row['name']],
    [
      'keys (kid)',
      (row) =>
        listOf(row, 'keys')
          .map((key) => textOf(key['id']))
          .join(' '),
    ],
    ['token days', (row) => row['tokenDays']],
    ['scopes', (row) => (Array.isArray(row['scopes']) ? row['scopes'].join(' ') : '')],
  ])

const showApp = (answer: JsonObject): string => showApps({ apps: [objectOf(answer, 'app')] })

const readPem = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Invalid('key', [{ field: file, message: `cannot be read: ${String(cause)}` }])
  })

/** `usher oauth list|create|add-key|revoke|delete`: programs that prove who they are with a key pair. */
export const oauthCommand = (program: Command, { api, print }: Session): void => {
  const oauth = program.command('oauth').description('programs that prove who they are with a key pair')
  oauth
    .command('list')
    .description('apps with the ids of their keys')
    .action(async () => print(await (await api()).get('/oauth-apps'), showApps))
  oauth
    .command('create <name> <publicKeyFile>')
    .description('makes an app with its public key (PEM); a source is connected to it by usher source change --oauth')
    .option('--days <n>', 'how long a token lives: 1, 2, 3, 7, 14, 21 or 30', '1')
    .option('--scope <scope...>', 'what its tokens may', ['tracking_api:write'])
    .action(async (name: string, file: string, { days, scope }: { days: string; scope: readonly string[] }) => {
      const body = { name, publicKey: await readPem(file), tokenDays: Number(days), scopes: scope }
      print(await (await api()).post('/oauth-apps', body), showApp)
    })
  oauth
    .command('add-key <app> <publicKeyFile>')
    .description('adds a second public key')
    .action(async (app: string, file: string) =>
      print(await (await api()).post(`/oauth-apps/${app}/keys`, { publicKey: await readPem(file) }), showApp),
    )
  oauth
    .command('revoke <token>')
    .description('takes a token back')
    .action(async (token: string) => print(await (await api()).post('/oauth-apps/revoke', { token }), () => 'revoked'))
  oauth
    .command('delete <app>')
    .description('deletes an app that no source is connected to')
    .action(async (app: string) => print(await (await api()).remove(`/oauth-apps/${app}`), () => 'deleted'))
}
