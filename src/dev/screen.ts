import { styleText } from 'node:util'
import type { JourneySummary, Summary } from './summary.ts'

export type Address = { readonly name: string; readonly url: string }

const number = (n: number): string => n.toLocaleString('en-US')
const bold = (text: string): string => styleText('bold', text)
const dim = (text: string): string => styleText('dim', text)
const green = (text: string): string => styleText('green', text)
const yellow = (text: string): string => styleText('yellow', text)
const cyan = (text: string): string => styleText('cyan', text)

const NAME = 44
const FIGURE = 10
const clipped = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width - 1)}…` : text)
const changed = (by: number): string => {
  if (by === 0) return ''
  return by > 0 ? green(`  +${number(by)}`) : yellow(`  −${number(-by)}`)
}
const row = (name: string, figure: number, moved = 0): string => {
  const padded = clipped(name, NAME).padEnd(NAME)
  return `  ${figure === 0 ? dim(padded) : padded}${(figure === 0 ? dim : bold)(number(figure).padStart(FIGURE))}${changed(moved)}`
}

const heading = (text: string, note = ''): string => `  ${cyan(text)}${note ? dim(`  ${note}`) : ''}`

const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1_000)
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`
}

const journeyLines = (journey: JourneySummary, before: JourneySummary | undefined): string[] => {
  const inside = journey.steps.reduce((sum, step) => sum + step.here, 0)
  const note = `${journey.status} · ${number(inside)} inside · ${number(journey.ended)} ended`
  return [
    heading(journey.name, note),
    ...journey.steps.map((step, at) => {
      const passed = step.passed - (before?.steps[at]?.passed ?? step.passed)
      return `${row(`  ${step.name}`, step.here)}${dim(`${number(step.passed).padStart(FIGURE)} passed`)}${changed(passed)}`
    }),
  ]
}

const ORDER = ['queued', 'sending', 'sent', 'skipped', 'failed', 'uncertain']
const STATUS_TEXT: Readonly<Record<string, string>> = {
  skipped: 'skipped (not subscribed, no address, …)',
  uncertain: 'uncertain (the provider’s answer got lost)',
}

const messageLines = ({ messages, channels }: Summary, before: Summary | undefined): string[] => {
  const note = Object.entries(channels).map(([channel, count]) => `${channel} ${number(count)}`)
  const known = ORDER.filter((status) => status === 'sent' || (messages[status] ?? 0) > 0)
  return [
    heading('Messages', note.join(' · ')),
    ...known.map((status) => {
      const count = messages[status] ?? 0
      return row(STATUS_TEXT[status] ?? status, count, before ? count - (before.messages[status] ?? 0) : 0)
    }),
  ]
}

/** The live summary as lines: what is there, and beside it what moved since `before`. */
export const summaryLines = (now: Summary, before: Summary | undefined): string[] => {
  const was = (name: string): number | undefined => before?.audiences.find((audience) => audience.name === name)?.members
  return [
    row('Events', now.events, now.events - (before?.events ?? now.events)),
    row('Profiles', now.profiles, now.profiles - (before?.profiles ?? now.profiles)),
    '',
    heading('Audiences'),
    ...now.audiences.map(({ name, members, status }) => {
      const odd = status.toLowerCase() === 'live' ? '' : ` (${status.toLowerCase()})`
      return row(`${name}${odd}`, members, members - (was(name) ?? members))
    }),
    '',
    ...now.journeys.flatMap((journey) => [
      ...journeyLines(
        journey,
        before?.journeys.find((other) => other.name === journey.name),
      ),
      '',
    ]),
    ...messageLines(now, before),
  ]
}

export const addressLines = (addresses: readonly Address[]): string[] =>
  addresses.map(({ name, url }) => `  ${name.padEnd(16)}${bold(url)}`)

/** Everything on the screen while it runs. */
export const screenLines = (
  now: Summary,
  before: Summary | undefined,
  addresses: readonly Address[],
  state: { readonly runningMs: number; readonly notes: readonly string[]; readonly ends: string },
): string[] => [
  '',
  `  ${bold('Usher is running')} ${dim(`${clock(state.runningMs)} · ${state.ends} · beside the figures: the last 10 seconds`)}`,
  '',
  ...addressLines(addresses),
  '',
  ...summaryLines(now, before),
  ...(state.notes.length > 0 ? ['', ...state.notes.map((note) => `  ${yellow('!')} ${note}`)] : []),
]

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)

/** The summary as one plain line, for logs. */
export const summaryLine = (now: Summary, runningMs: number): string => {
  const inside = sum(now.journeys.flatMap((journey) => journey.steps.map((step) => step.here)))
  const messages = ORDER.filter((status) => now.messages[status]).map(
    (status) => `${number(now.messages[status] ?? 0)} ${status}`,
  )
  return [
    clock(runningMs),
    `${number(now.events)} events`,
    `${number(now.profiles)} profiles`,
    `${now.audiences.map((audience) => number(audience.members)).join('/') || 'no'} in audiences`,
    `${number(inside)} runs inside, ${number(sum(now.journeys.map((journey) => journey.ended)))} ended`,
    `messages: ${messages.join(', ') || 'none'}`,
  ].join(' · ')
}

// No line may wrap: the next repaint counts lines.
const cut = (line: string, columns: number): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal colours are control characters
  const plain = line.replaceAll(/\u001b\[[0-9;]*m/g, '')
  return plain.length < columns ? line : `${plain.slice(0, columns - 2)}…`
}

/** Draws lines over those it drew before; what does not fit the window is left out at the bottom. */
export const createScreen = (out: NodeJS.WriteStream) => {
  let drawn = 0
  return (lines: readonly string[]): void => {
    const rows = (out.rows ?? 40) - 1
    const shown = lines.length > rows ? [...lines.slice(0, rows - 1), dim('  … (the window is too small for the rest)')] : lines
    const up = drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : ''
    out.write(`${up}${shown.map((line) => cut(line, out.columns ?? 100)).join('\n')}\n`)
    drawn = shown.length
  }
}
