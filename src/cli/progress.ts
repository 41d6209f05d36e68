/** A line that is written again and again while something lasts. */
export type Progress = {
  /** So many bytes are done, and so many calls. */
  readonly tell: (bytes: number, calls: number) => void
  readonly end: () => void
}

const WIDTH = 24
const count = (n: number): string => Math.round(n).toLocaleString('en')

const timeOf = (seconds: number): string => {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  return seconds < 3_600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`
}

type Done = { readonly bytes: number; readonly calls: number }

/** How far something is, in words: `▓▓▓░░ 60% · 12,000 calls · 30,100 calls/s · 8 s left`. `since`: what was done `seconds` ago; `total` undefined where nobody knows it. */
export const progressLine = (done: Done, since: Done, total: number | undefined, seconds: number): string => {
  const { bytes, calls } = done
  const speed = seconds > 0 ? (calls - since.calls) / seconds : 0
  const told = [`${count(calls)} calls`, `${count(speed)} calls/s`]
  if (total === undefined || total === 0) return [`${(bytes / 1_048_576).toFixed(0)} MB`, ...told].join(' · ')
  const part = Math.min(1, bytes / total)
  const full = Math.round(part * WIDTH)
  const bar = '▓'.repeat(full) + '░'.repeat(WIDTH - full)
  const left = part < 1 && bytes > since.bytes ? [`${timeOf(((total - bytes) * seconds) / (bytes - since.bytes))} left`] : []
  return [`${bar} ${Math.floor(part * 100)}%`, ...told, ...left].join(' · ')
}

/** A progress line on the terminal; nothing at all where nobody watches. `since`: what is done already. */
export const createProgress = (name: string, total: number | undefined, since: Done): Progress => {
  if (!process.stderr.isTTY) return { tell: () => {}, end: () => {} }
  const started = performance.now()
  return {
    tell: (bytes, calls) => {
      const line = progressLine({ bytes, calls }, since, total, (performance.now() - started) / 1_000)
      process.stderr.write(`\r\u001b[K${name}  ${line}`)
    },
    end: () => void process.stderr.write('\r\u001b[K'),
  }
}
