import type { Command } from 'commander'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { sourceIdOf } from '../source-id.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'
import { sourceTestCommand } from './source-test.ts'

const showSources = (answer: JsonObject): string =>
  table(listOf(answer, 'sources'), [
    ['id', (row) => row['id']],
    ['name', (row) => row['name']],
    ['kind', (row) => row['kind']],
    ['state', (row) => `${row['enabled'] ? 'on' : 'off'}${row['strict'] ? ', strict' : ''}${row['idle'] ? ', silent' : ''}`],
    ['write keys', (row) => (Array.isArray(row['writeKeys']) ? row['writeKeys'].join(' ') : '')],
  ])

const showDrops = (answer: JsonObject): string => {
  const drops = listOf(answer, 'drops')
  if (drops.length === 0) return 'Everything that came in was taken.'
  return drops
    .map((drop) => {
      const subject = drop['subject'] === '' ? '' : ` (${textOf(drop['subject'])})`
      return `${textOf(drop['count'])} × ${textOf(drop['code'])}${subject}, last ${textOf(drop['lastAt'])}\n  ${textOf(drop['reason'])}\n  e.g. ${textOf(drop['sample'])}`
    })
    .join('\n')
}

const STEPS = ['received', 'failed', 'filtered', 'eligible'] as const

const changeOf = (value: Json | undefined): string =>
  typeof value === 'number' ? `${value > 0 ? '+' : ''}${value.toFixed(1)} %` : 'nothing before'

const showOverview = (answer: JsonObject): string => {
  const rows = [{ type: 'all', steps: objectOf(answer, 'steps'), change: objectOf(answer, 'change') }, ...listOf(answer, 'types')]
  return table(rows, [
    ['type', (row) => row['type'] || 'unreadable'],
    ...STEPS.map((step) => [step, (row: JsonObject) => objectOf(row, 'steps')[step]] as const),
    ['against before', (row) => changeOf(objectOf(row, 'change')['received'])],
  ])
}

const showCall = (call: JsonObject): string => {
  const [first] = listOf(call, 'problems')
  const fate = first ? `${textOf(call['status'])}: ${textOf(first['code'])}` : textOf(call['status'])
  return `${textOf(call['receivedAt'])}  ${fate}  ${textOf(call['profileId'])}\n${textOf(call['pretty'])}`
}

type Tailing = {
  readonly search?: string
  readonly status?: string
  readonly event?: string
  readonly raw?: true
  readonly count: string
  readonly end?: string
}

const tail = async (api: Api, named: string, { raw, end, ...filter }: Tailing, print: Session['print']): Promise<void> => {
  let shown = 0
  for await (const data of api.follow(`/sources/${await sourceIdOf(api, named)}/calls/live`, filter)) {
    const call = JSON.parse(data) as JsonObject
    print(call, raw ? (answer) => String(answer['raw']) : showCall)
    shown++
    if (shown === Number(end)) return
  }
}

type Changes = {
  readonly on?: true
  readonly off?: true
  readonly strict?: boolean
  readonly name?: string
  readonly oauth?: string | false
  readonly enforce?: boolean
}

const oauthOf = ({ oauth, enforce }: Changes): JsonObject =>
  oauth === undefined && enforce === undefined
    ? {}
    : {
        oauth: {
          ...(oauth === undefined ? {} : { appId: oauth === false ? null : oauth }),
          ...(enforce === undefined ? {} : { enforced: enforce }),
        },
      }

const change = async (api: Api, named: string, changes: Changes): Promise<JsonObject> => {
  const { on, off, strict, name } = changes
  return api.patch(`/sources/${await sourceIdOf(api, named)}`, {
    ...oauthOf(changes),
    ...(on || off ? { enabled: on === true } : {}),
    ...(strict === undefined ? {} : { strict }),
    ...(name === undefined ? {} : { name }),
  })
}

const keyCommands = (source: Command, { api, print }: Session): void => {
  const key = source.command('key').description('what lets its calls in: add one, configure the SDK with it, delete the old one')
  key
    .command('add <source>')
    .description('makes one more write key')
    .action(async (named: string) => {
      const open = await api()
      print(await open.post(`/sources/${await sourceIdOf(open, named)}/writekey`), (answer) => textOf(answer['writeKey']))
    })
  key
    .command('delete <source> <key>')
    .description('a deleted one lets nothing in any more; the only one stays')
    .action(async (named: string, writeKey: string) => {
      const open = await api()
      const path = `/sources/${await sourceIdOf(open, named)}/writekey/${encodeURIComponent(writeKey)}`
      print(await open.remove(path), () => 'deleted')
    })
}

/** `usher source list`, `drops <source>`, `tail <source>`, `key add|delete <source>`, `change <source>`. */
export const sourceCommand = (program: Command, session: Session): void => {
  const { api, print } = session
  const source = program.command('source').description('where events come from')
  source
    .command('list')
    .description('sources with their write keys')
    .action(async () => print(await (await api()).get('/sources'), showSources))
  source
    .command('drops <source>')
    .description('what of its calls was not taken, and why, by id or name')
    .option('--hours <n>', 'how far back', '24')
    .action(async (named: string, { hours }: { hours: string }) => {
      const open = await api()
      print(await open.get(`/sources/${await sourceIdOf(open, named)}/drops`, { hours }), showDrops)
    })
  source
    .command('overview <source>')
    .description('what its calls came to: received, failed, filtered, eligible, and how that changed')
    .option('--window <window>', '1h, 24h, 7d or 14d', '24h')
    .action(async (named: string, { window }: { window: string }) => {
      const open = await api()
      print(await open.get(`/sources/${await sourceIdOf(open, named)}/overview`, { window }), showOverview)
    })
  source
    .command('tail <source>')
    .description('its calls as they come in, as the code that sends them, and what became of each')
    .option('--search <text>', 'only calls in which this text occurs')
    .option('--status <status>', 'only calls that were stored, dropped, filtered or duplicate')
    .option('--event <name>', 'only events of this name')
    .option('--raw', 'as JSON, as they came')
    .option('--count <n>', 'how many of those before, 0 to 500', '10')
    .option('--end <n>', 'end after so many')
    .action(async (named: string, options: Tailing) => tail(await api(), named, options, print))
  sourceTestCommand(source, session)
  keyCommands(source, session)
  source
    .command('change <source>')
    .description('switch it on or off, make it strict, name it')
    .option('--on', 'let calls in')
    .option('--off', 'let nothing in')
    .option('--strict', 'answer a 4xx to a call that is not taken')
    .option('--no-strict', 'answer 200 to every call, as Segment does')
    .option('--oauth <app>', 'its senders prove themselves as this OAuth app')
    .option('--no-oauth', 'as none')
    .option('--enforce', 'a bare write key lets nothing in')
    .option('--no-enforce', 'it does')
    .option('--name <name>', 'call it so')
    .action(async (named: string, changes: Changes) =>
      print(await change(await api(), named, changes), (answer) => showSources({ sources: [objectOf(answer, 'source')] })),
    )
}
