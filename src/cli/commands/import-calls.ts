import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { Refused, Unavailable } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { type LocalFile, openCallFile, type Piece, piecesFrom, unpackedBytes } from '../call-file.ts'
import { countsOf, showImport } from '../import-text.ts'
import type { Session } from '../program.ts'
import { createProgress } from '../progress.ts'
import { objectOf, textOf } from '../table.ts'

type Options = { readonly source?: string; readonly again?: boolean }

const numberIn = (from: JsonObject, key: string): number => Number(from[key] ?? 0)
const jobOf = (answer: JsonObject): JsonObject => objectOf(answer, 'import')
const reachedOf = (answer: JsonObject): number => numberIn(countsOf(jobOf(answer)), 'reached')
const callsOf = (answer: JsonObject): number => {
  const progress = countsOf(jobOf(answer))
  return numberIn(progress, 'taken') + numberIn(progress, 'duplicates') + numberIn(progress, 'refused')
}

const announce = (api: Api, file: LocalFile, { source, again }: Options): Promise<JsonObject> =>
  api.post('/imports/calls', {
    name: basename(file.path),
    bytes: file.bytes,
    fingerprint: file.fingerprint,
    ...(file.header === undefined ? {} : { header: file.header }),
    ...(source === undefined ? {} : { sourceId: source }),
    ...(again ? { again } : {}),
  })

const send = (api: Api, id: string, { offset, bytes, last }: Piece): Promise<JsonObject> =>
  api.upload(
    `/imports/calls/${id}/pieces?offset=${offset}&last=${last}`,
    bytes as Buffer<ArrayBuffer>,
    'application/octet-stream',
  )

const TRIES = 60
// The API is started again, or somebody else sends the same file: both go on from where it is by then.
const isPassing = (error: unknown): boolean =>
  error instanceof Unavailable || (error instanceof Refused && (error.status === 409 || error.status >= 500))

type Told = (answer: JsonObject) => void

/** Sends what is left of a file; where the API is away, tries for a minute to go on from where it is by then. */
const sendAll = async (api: Api, file: LocalFile, announced: JsonObject, told: Told): Promise<void> => {
  const id = textOf(jobOf(announced)['importId'])
  let answer = announced
  for (let tries = 0; jobOf(answer)['status'] === 'RUNNING'; ) {
    try {
      answer = await api.get(`/imports/${id}`)
      const from = reachedOf(answer)
      for await (const piece of piecesFrom(file, from)) {
        answer = await send(api, id, piece)
        told(answer)
        tries = 0
      }
    } catch (error) {
      if (!isPassing(error) || ++tries > TRIES) throw error
      await sleep(1_000)
    }
  }
}

type Imported = { readonly answer: JsonObject; readonly wasDone: boolean }

const importFile = async (api: Api, path: string, options: Options): Promise<Imported> => {
  const file = await openCallFile(path)
  const announced = await announce(api, file, options)
  const wasDone = jobOf(announced)['status'] !== 'RUNNING'
  const total = await unpackedBytes(file)
  const progress = createProgress(basename(path), total, { bytes: reachedOf(announced), calls: callsOf(announced) })
  await sendAll(api, file, announced, (answer) => progress.tell(reachedOf(answer), callsOf(answer)))
  progress.end()
  return { answer: await api.get(`/imports/${textOf(jobOf(announced)['importId'])}`), wasDone }
}

const showBefore = (answer: JsonObject): string =>
  `${showImport(answer)}\nIt came in before, so nothing was sent; --again goes through it once more.`

/** `usher import calls <files…>`: history from NDJSON or CSV, which goes on where it stopped. */
export const importCallsCommand = (command: Command, { api, print }: Session): void => {
  command
    .command('calls <files...>')
    .description(
      'add calls of the past from NDJSON (one call a line) or CSV (a first line of paths such as type, userId, event, timestamp, properties.revenue), packed with gzip or not; journeys that begin with an event do not hear of them',
    )
    .option('--source <id>', 'the source that they come by, whose filters and plan judge them')
    .option('--again', 'go through a file that is done already once more: what was taken before is known and changes nothing')
    .action(async (paths: readonly string[], options: Options) => {
      for (const path of paths) {
        const { answer, wasDone } = await importFile(await api(), path, options)
        print(answer, wasDone ? showBefore : showImport)
      }
    })
}
