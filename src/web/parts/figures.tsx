import type { ReactNode } from 'react'
import { Go } from './go.tsx'
import { number } from './words.ts'

/** Who came and went, by sign and colour. */
export const Delta = ({ entered, exited }: { readonly entered: number; readonly exited: number }) =>
  entered + exited === 0 ? (
    <span className="dim">no change</span>
  ) : (
    <span className="nowrap delta">
      {entered > 0 && <span className="tone-good">+{number(entered)}</span>}
      {exited > 0 && <span className="tone-warn">−{number(exited)}</span>}
    </span>
  )

/** A number that opens the people behind it. */
export const Figure = ({
  of,
  label,
  to,
  tone,
}: {
  readonly of: number
  readonly label: ReactNode
  readonly to: string
  readonly tone?: string
}) => (
  <Go to={to} className={`figure ${of === 0 ? 'zero' : (tone ?? '')}`}>
    <b>{number(of)}</b>
    <span>{label}</span>
  </Go>
)

/** Shows `more` of a list; nothing when that was all. */
export const More = ({ more, busy }: { readonly more: (() => void) | undefined; readonly busy: boolean }) =>
  more ? (
    <button type="button" className="more" onClick={more} disabled={busy}>
      {busy ? 'Loading…' : 'Show more'}
    </button>
  ) : null

const line = (values: readonly number[], width: number, height: number): string => {
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  return values
    .map(
      (v, i) =>
        `${((i / Math.max(1, values.length - 1)) * width).toFixed(1)},${(height - 2 - ((v - low) / span) * (height - 4)).toFixed(1)}`,
    )
    .join(' ')
}

/** A word-sized chart of how a number went. */
export const Spark = ({
  of,
  width = 88,
  height = 24,
}: {
  readonly of: readonly number[]
  readonly width?: number
  readonly height?: number
}) =>
  of.length < 2 ? null : (
    <svg
      width={width}
      height={height}
      className="spark"
      role="img"
      aria-label={`from ${number(of[0] ?? 0)} to ${number(of.at(-1) ?? 0)}`}
    >
      <polyline points={line(of, width, height)} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  )
