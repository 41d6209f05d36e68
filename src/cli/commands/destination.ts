import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const showReplays = (answer: JsonObject): string =>
  table(listOf(answer, 'replays'), [
    ['id', (row) => row['id']],
    ['status', (row) => row['status']],
    ['from', (row) => row['from']],
    ['to', (row) => row['to']],
    ['done', (row) => `${textOf(objectOf(row, 'progress')['done'])} of ${textOf(objectOf(row, 'progress')['expected'])}`],
    ['waiting', (row) => objectOf(row, 'progress')['waiting']],
    ['delivered', (row) => objectOf(row, 'progress')['delivered']],
    ['failed', (row) => objectOf(row, 'progress')['failed']],
  ])

const showReplay = (answer: JsonObject): string => showReplays({ replays: [objectOf(answer, 'replay')] })

type Asked = {
  readonly source: string
  readonly from: string
  readonly to?: string
  readonly type?: readonly string[]
  readonly name?: readonly string[]
  readonly failed?: true
}

const bodyOf = ({ source, from, to, type, name, failed }: Asked): JsonObject => ({
  sourceId: source,
  from,
  ...(to === undefined ? {} : { to }),
  ...(type === undefined ? {} : { types: type }),
  ...(name === undefined ? {} : { names: name }),
  ...(failed ? { failedOnly: true } : {}),
})

const MANUAL = { pause: 'holds it, with what it has queued', resume: 'goes on', cancel: 'ends it, and withdraws what waits' }

/** `usher destination replay|replays|pause|resume|cancel`: a source's past goes to one of its destinations again. */
export const destinationCommand = (program: Command, { api, print }: Session): void => {
  const destination = program.command('destination').description('tools that get the calls of a source')
  destination
    .command('replay <destination>')
    .description('sends it again what its source sent in a time, and no other tool')
    .requiredOption('--source <source>', 'the source that it is connected to')
    .requiredOption('--from <instant>', 'as in 2026-03-01T00:00:00Z')
    .option('--to <instant>', 'exclusive; without it up to now')
    .option('--type <type...>', 'only calls of these types')
    .option('--name <name...>', 'only events of these names')
    .option('--failed', 'only what it did not take, of the last 28 days')
    .action(async (id: string, asked: Asked) =>
      print(await (await api()).post(`/destinations/${id}/replays`, bodyOf(asked)), showReplay),
    )
  destination
    .command('replays <destination>')
    .description('how far its replays are')
    .action(async (id: string) => print(await (await api()).get(`/destinations/${id}/replays`), showReplays))
  for (const [what, manual] of Object.entries(MANUAL))
    destination
      .command(`${what} <destination> <replay>`)
      .description(`of a replay: ${manual}`)
      .action(async (id: string, replay: string) =>
        print(await (await api()).post(`/destinations/${id}/replays/${replay}`, { do: what }), showReplay),
      )
}
