import type { JsonObject } from '../base/json.ts'
import { listOf, objectOf, textOf } from './table.ts'

/** How far an import is. */
export const countsOf = (job: JsonObject): JsonObject => objectOf(job, 'progress')

const MOST_LINES = 20

const countsInWords = (job: JsonObject): string => {
  const { expected, taken, duplicates, refused } = countsOf(job)
  if (job['kind'] !== 'calls') return `${textOf(taken)} of ${textOf(expected)} rows taken, ${textOf(refused)} refused`
  return `${textOf(taken)} calls taken, ${textOf(duplicates)} there before, ${textOf(refused)} refused`
}

/** An import in words, with the first lines that were not taken. */
export const showImport = (answer: JsonObject): string => {
  const job = objectOf(answer, 'import')
  const refused = listOf(answer, 'refusedLines')
  const lines = refused.slice(0, MOST_LINES).map((one) => `  line ${textOf(one['line'])}: ${textOf(one['message'])}`)
  return [
    `${textOf(job['fileName'])}: ${textOf(job['status'])}, ${countsInWords(job)}.`,
    ...(job['error'] === undefined ? [] : [textOf(job['error'])]),
    ...lines,
    ...(refused.length > MOST_LINES ? [`  … and more: usher --json import status ${textOf(job['importId'])}`] : []),
  ].join('\n')
}
