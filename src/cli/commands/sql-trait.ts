import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { readText } from '../read-file.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const last = (row: JsonObject): JsonObject => objectOf(row, 'lastRun')

const showAll = (answer: JsonObject): string =>
  table(listOf(answer, 'sqlTraits'), [
    ['id', (row) => row['id']],
    ['name', (row) => row['name']],
    ['last run', (row) => last(row)['status']],
    ['rows', (row) => last(row)['rows']],
    ['changed', (row) => last(row)['changed']],
    ['next run', (row) => row['nextRunAt']],
    ['why', (row) => last(row)['error']],
  ])

const showPreview = (answer: JsonObject): string => {
  const preview = objectOf(answer, 'preview')
  const names = listOf(preview, 'traits').map((trait) => textOf(trait['name']))
  const rows = table(listOf(preview, 'rows'), [
    ['', (row) => (row['known'] ? '✓' : '?')],
    [textOf(preview['identifier']), (row) => row['identifier']],
    ...(preview['links'] ? ([['user_id', (row: JsonObject) => row['userId']]] as const) : []),
    ...names.map((name) => [name, (row: JsonObject) => objectOf(row, 'traits')[name]] as const),
  ])
  return `${textOf(preview['count'])} rows. ✓ is known to the space, ? will be a new profile.\n\n${rows}`
}

const showStarted = (answer: JsonObject): string => `"${textOf(objectOf(answer, 'sqlTrait')['name'])}" runs now.`

/** `usher sql-trait list | preview <file> | run <id>`. */
export const sqlTraitCommand = (program: Command, { api, print }: Session): void => {
  const sqlTrait = program.command('sql-trait').description('traits that a query against your database answers')
  sqlTrait
    .command('list')
    .description('every SQL trait with its last run and its next')
    .action(async () => print(await (await api()).get('/sql-traits'), showAll))
  sqlTrait
    .command('preview <file>')
    .description('what the query in a file answers, and whose it is')
    .requiredOption('--warehouse <id>', 'where it is asked')
    .action(async (file: string, { warehouse }: { warehouse: string }) => {
      const query = await readText(file)
      print(await (await api()).post('/sql-traits/previews', { warehouseId: warehouse, query }), showPreview)
    })
  sqlTrait
    .command('run <id>')
    .description('run one now')
    .option('--resync', 'tell every row again though it is as it was')
    .action(async (id: string, { resync = false }: { resync?: boolean }) =>
      print(await (await api()).post(`/sql-traits/${encodeURIComponent(id)}/runs`, { resync }), showStarted),
    )
}
