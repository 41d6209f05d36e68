const figure = new Intl.NumberFormat('en')
const day = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const dayOfYear = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' })
const moment = new Intl.DateTimeFormat('en', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

export const number = (n: number): string => figure.format(n)

export const many = (n: number, one: string, several = `${one}s`): string => `${figure.format(n)} ${n === 1 ? one : several}`

/** `40 %`, in one piece at the end of a line. */
export const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(part > 0 && part / whole < 0.1 ? 1 : 0)}\u00a0%`

/** `3 s ago`, `in 2 h`, `12 Mar`: how long from now, as short as it is still exact enough. */
export const ago = (at: string | Date, now: number): string => {
  const then = new Date(at)
  const seconds = Math.round((now - then.getTime()) / 1000)
  const size = Math.abs(seconds)
  const around = (text: string): string => (seconds < 0 ? `in ${text}` : `${text} ago`)
  if (size < 2) return 'now'
  if (size < 90) return around(`${size} s`)
  if (size < 5_400) return around(`${Math.round(size / 60)} min`)
  if (size < 129_600) return around(`${Math.round(size / 3_600)} h`)
  if (size < 14 * 86_400) return around(`${Math.round(size / 86_400)} days`)
  return then.getFullYear() === new Date(now).getFullYear() ? day.format(then) : dayOfYear.format(then)
}

type Computed = { readonly enabled: boolean; readonly status: string; readonly evaluatedAt?: string | null }
const STANDING: readonly string[] = ['Disabled', 'Not Computing', 'Awaiting Destinations', 'Error', 'Failed']

/** How far what is shown of a computation holds: `exact 3 s ago`, or since when it is kept up to date no longer. `done`: evaluated, computed. */
export const freshness = ({ enabled, status, evaluatedAt }: Computed, now: number, done: string): string => {
  const standing = !enabled || STANDING.includes(status)
  if (!evaluatedAt) return standing ? `never ${done}` : `being ${done} for the first time`
  return standing ? `as of ${ago(evaluatedAt, now)}, and not updated since` : `exact ${ago(evaluatedAt, now)}`
}

/** How many of several computations are not as they should be: `1 cannot be computed`, `2 are switched off, the others are up to date`. */
export const healthOf = (all: readonly Pick<Computed, 'enabled' | 'status'>[], done: string): string => {
  const is = (n: number): string => (n === 1 ? 'is' : 'are')
  const statuses = all.map(({ enabled, status }) => (enabled ? status : 'Disabled'))
  const count = (...which: readonly string[]): number => statuses.filter((status) => which.includes(status)).length
  const [failed, off] = [count('Error', 'Failed'), count('Disabled')]
  const [waiting, first] = [count('Not Computing', 'Awaiting Destinations'), count('Preparing', 'Computing')]
  const troubles = [
    failed > 0 && `${number(failed)} cannot be ${done}`,
    off > 0 && `${number(off)} ${is(off)} switched off`,
    waiting > 0 && `${number(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a destination`,
    first > 0 && `${number(first)} ${is(first)} being ${done} for the first time`,
  ].filter(Boolean)
  const others = all.length - failed - off - waiting - first
  if (troubles.length === 0) return 'all of them up to date'
  return [...troubles, ...(others > 0 ? [`the other${others === 1 ? ' is' : 's are'} up to date`] : [])].join(', ')
}

export const instant = (at: string | Date): string => moment.format(new Date(at))
export const dayOf = (at: string | Date): string => dayOfYear.format(new Date(at))

/** A text of the API's with its instants, which are in UTC, as those around it are said: `of Dec 1, 10:53`. */
export const here = (text: string): string =>
  text.replaceAll(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\b/g, (_, date: string, time: string) => instant(`${date}T${time}Z`))

/** `did_not-subscribe` → `did not subscribe`. */
export const human = (word: string): string => word.replaceAll(/[_-]/g, ' ')
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** What to call a person of whom we may know little. */
export const callOf = (person: { name?: string | null; email?: string | null; id?: string; profileId?: string }): string =>
  person.name || person.email || `Somebody (${(person.profileId ?? person.id ?? '').slice(0, 8)})`

/** A stored value at a glance: of an instant, its day. */
export const brief = (value: unknown): string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))
    ? dayOf(value)
    : shown(value)

/** A stored value in words; objects as JSON. */
export const shown = (value: unknown): string =>
  value === null || value === undefined ? '–' : typeof value === 'object' ? JSON.stringify(value) : String(value)
