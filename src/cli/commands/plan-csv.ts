import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import * as z from 'zod'
import { Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import type { Session } from '../program.ts'
import { readText } from '../read-file.ts'
import { listOf, textOf } from '../table.ts'

const pathOf = (id: string): string => `/tracking-plans/${encodeURIComponent(id)}/csv`

const Wrong = z.object({
  error: z.object({
    message: z.string(),
    problems: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
  }),
  errorReport: z.object({ name: z.string(), content: z.string() }).optional(),
})

const refuse = async (answer: Response): Promise<never> => {
  const { data } = Wrong.safeParse(await answer.json().catch(() => undefined))
  if (!data) throw new Refused('cli', `The API answered ${answer.status}.`, { status: answer.status })
  const { error, errorReport } = data
  const lines = error.problems.slice(0, 10).map(({ field, message }) => `  ${field}: ${message}`)
  if (errorReport) await writeFile(errorReport.name, errorReport.content)
  const more = errorReport ? [`All of them are in ${errorReport.name}.`] : []
  throw new Refused('cli', [error.message, ...lines, ...more].join('\n'), { status: answer.status })
}

const download = async (api: Api, id: string, path: string | undefined): Promise<JsonObject> => {
  const answer = await api.raw('GET', pathOf(id))
  if (!answer.ok) return refuse(answer)
  const [, name = 'plan.csv'] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? []
  await writeFile(path ?? name, await answer.text())
  return { file: path ?? name }
}

const upload = async (api: Api, id: string, path: string, replace: boolean): Promise<JsonObject> => {
  const answer = await api.raw('POST', `${pathOf(id)}?replace=${replace}`, await readText(path), 'text/csv')
  if (!answer.ok) return refuse(answer)
  return z.object({ data: z.record(z.string(), z.json()) }).parse(await answer.json()).data as JsonObject
}

const showChanges = (answer: JsonObject): string => {
  const changes = listOf(answer, 'changes')
  if (changes.length === 0) return '0 changes: the plan says all of it already.'
  return changes.map(({ action = '', subject = '' }) => `${textOf(action)} ${textOf(subject)}`).join('\n')
}

/** `usher tracking-plan download <plan> [file]` and `upload <plan> <file>`: a plan through a spreadsheet. */
export const planCsvCommands = (plan: Command, { api, print }: Session): void => {
  plan
    .command('download <plan> [file]')
    .description('the plan as CSV: a row for each rule and each property')
    .action(async (id: string, path: string | undefined) =>
      print(await download(await api(), id, path), (answer) => `written to ${textOf(answer['file'])}`),
    )
  plan
    .command('upload <plan> <file>')
    .description('write the rules of a CSV file; where a row is wrong nothing is written, and error_report.csv says which')
    .option('--replace', 'delete rules that the file does not hold')
    .action(async (id: string, path: string, { replace = false }: { replace?: boolean }) =>
      print(await upload(await api(), id, path, replace), showChanges),
    )
}
