import { parseArgs } from 'node:util'
import { Misconfigured } from '../base/errors.ts'

export type DevOptions = {
  /** Stops by itself after this many milliseconds; until then when undefined. */
  readonly forMs: number | undefined
  readonly traffic: boolean
  readonly fresh: boolean
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

const lengthOf = (text: string): number => {
  const [, amount, unit] = /^(\d{1,5})(s|m|h)$/.exec(text) ?? []
  if (!amount || !unit) throw new Misconfigured('dev', `--for ${text}: write a number and s, m or h, for example --for 60s`)
  return Number(amount) * (UNITS[unit] ?? 0)
}

export const DEV_HELP = `npm start -- [--for 60s] [--no-traffic] [--fresh]

  --for 60s      stops by itself and ends with a summary; succeeds only if messages were delivered
  --no-traffic   without the shop that keeps buying
  --fresh        forgets everything and starts over
`

/** The words after \`usher dev\`. @throws Misconfigured naming the word that is not known. */
export const parseDevOptions = (words: readonly string[]): DevOptions | 'help' => {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        for: { type: 'string' },
        'no-traffic': { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return 'help'
    return {
      forMs: values.for === undefined ? undefined : lengthOf(values.for),
      traffic: !values['no-traffic'],
      fresh: values.fresh,
    }
  } catch (error) {
    if (error instanceof Misconfigured) throw error
    throw new Misconfigured('dev', `${(error as Error).message.split('\n')[0]}\n\n${DEV_HELP}`)
  }
}
