import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const at = (id: string, rest = ''): string => `/audiences/${encodeURIComponent(id)}${rest}`
const namesIn = (text: string | undefined): readonly string[] => (text ? text.split(',').map((each) => each.trim()) : [])

const showVersions = (answer: JsonObject): string =>
  table(listOf(answer, 'versions'), [
    ['version', (row) => row['version']],
    ['', (row) => (row['current'] ? 'in force' : '')],
    ['saved', (row) => row['savedAt']],
    ['by', (row) => row['savedBy']],
    ['who', (row) => row['sentence']],
  ])

const MARKS: Readonly<Record<string, (text: string) => string>> = {
  removed: (text) => `[-${text}-]`,
  added: (text) => `{+${text}+}`,
}
const wordsOf = (stretches: readonly JsonObject[]): string =>
  stretches.map(({ change, text }) => (MARKS[String(change)] ?? String)(textOf(text))).join('')

const showDifference = (answer: JsonObject): string => {
  const difference = objectOf(answer, 'difference')
  const options = listOf(difference, 'options').map(
    ({ option, from, to }) => `\n${textOf(option)}: [-${textOf(from)}-]{+${textOf(to)}+}`,
  )
  return `${wordsOf(listOf(difference, 'sentence'))}\n\n${wordsOf(listOf(difference, 'query'))}${options.join('')}`
}

const showAudience = (answer: JsonObject): string => {
  const audience = objectOf(answer, 'audience')
  return `${textOf(audience['key'])}: ${textOf(audience['sentence'])}`
}

const versions = (audience: Command, { api, print }: Session): void => {
  audience
    .command('versions <audience>')
    .description('every version of its definition')
    .option('--compare <from..to>', 'the words in which two differ, for example 1..3')
    .option('--restore <version>', 'bring one back, as a new one')
    .action(async (id: string, { compare, restore }: { compare?: string; restore?: string }) => {
      const there = await api()
      if (restore) return print(await there.post(at(id, `/versions/${encodeURIComponent(restore)}/restores`)), showAudience)
      if (!compare) return print(await there.get(at(id, '/versions')), showVersions)
      const [from = '', to = ''] = compare.split('..')
      return print(await there.get(at(id, '/versions/compare'), { from, to }), showDifference)
    })
}

const cloning = (audience: Command, { api, print }: Session): void => {
  audience
    .command('clone <audience>')
    .description('the same conditions under another name and key, connected to nothing')
    .option('--name <name>', 'what the copy is called')
    .option('--key <key>', 'its key, else made of its name')
    .option('--to <token>', 'into another space, by a token of it')
    .option('--map <names>', 'what is called differently there: "event:Order=Purchase,trait:plan=tier,audience:vip=best"')
    .option('--accept <names>', 'what is not there yet: "event:Order,trait:plan"')
    .action(async (id: string, options: { name?: string; key?: string; to?: string; map?: string; accept?: string }) => {
      const of = (text: string | undefined, kind: string): readonly string[] =>
        namesIn(text).flatMap((each) => (each.startsWith(`${kind}:`) ? [each.slice(kind.length + 1)] : []))
      const mapped = (kind: string) => Object.fromEntries(of(options.map, kind).map((each) => each.split('=', 2)))
      const body = {
        name: options.name,
        key: options.key,
        token: options.to,
        mapping: { events: mapped('event'), traits: mapped('trait'), audiences: mapped('audience') },
        accept: { events: of(options.accept, 'event'), traits: of(options.accept, 'trait') },
      }
      print(await (await api()).post(at(id, '/clones'), body), showAudience)
    })
}

const finished = async (there: Api, path: string): Promise<JsonObject> => {
  for (;;) {
    const job = objectOf(await there.get(path), 'export')
    if (job['status'] === 'COMPLETED') return job
    if (job['status'] === 'FAILED') throw new Refused('cli', `The file could not be made: ${textOf(job['error'])}`)
    await sleep(500)
  }
}

const download = async (there: Api, url: string, file: string): Promise<void> => {
  const answer = await there.fetchFile(url)
  if (!answer.ok || !answer.body) throw new Refused('cli', `The file could not be fetched: the API answered ${answer.status}.`)
  await pipeline(answer.body as unknown as AsyncIterable<Uint8Array>, createWriteStream(file))
}

const exporting = (audience: Command, { api, print }: Session): void => {
  audience
    .command('export <audience>')
    .description('who is in, as a CSV file')
    .option('--file <file>', 'where to write it, else <audience>.csv')
    .option('--unformatted', 'ids and traits as JSON instead of a column each')
    .option('--ids <types>', 'identifier types', 'user_id,email')
    .option('--traits <names>', 'traits, for example plan,city')
    .option('--computed <keys>', 'computed traits')
    .action(
      async (id: string, options: { file?: string; unformatted?: boolean; ids: string; traits?: string; computed?: string }) => {
        const there = await api()
        const asked = await there.post(at(id, '/exports'), {
          layout: options.unformatted ? 'unformatted' : 'formatted',
          externalIds: namesIn(options.ids),
          customTraits: namesIn(options.traits),
          computedTraits: namesIn(options.computed),
        })
        const job = await finished(there, at(id, `/exports/${textOf(objectOf(asked, 'export')['exportId'])}`))
        const [url] = Array.isArray(job['urls']) ? job['urls'] : []
        const file = options.file ?? `${id}.csv`
        await download(there, textOf(url), file)
        const shown = `${textOf(objectOf(job, 'progress')['people'])} people as of ${textOf(job['snapshotAt'])}, in ${file}`
        print({ export: job, file }, () => shown)
      },
    )
}

/** `usher audience versions | clone | export`. */
export const organiseCommands = (audience: Command, session: Session): void => {
  versions(audience, session)
  cloning(audience, session)
  exporting(audience, session)
}
