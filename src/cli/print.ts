import type { JsonObject } from '../base/json.ts'

/** How a command answers: `--json` prints the API's answer as it is, else what `show` makes of it for people. */
export type Print = (answer: JsonObject, show: (answer: JsonObject) => string) => void

export const printer =
  (json: boolean, write: (text: string) => void): Print =>
  (answer, show) =>
    write(`${json ? JSON.stringify(answer, null, 2) : show(answer)}\n`)
