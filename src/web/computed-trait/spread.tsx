import { Go } from '../parts/go.tsx'
import { number } from '../parts/words.ts'
import type { Spread } from './wire.ts'
import { short, valueWords } from './words.ts'

type Bar = { readonly label: string; readonly people: number; readonly query: string }

const stepsOf = ({ bins }: Spread): readonly Bar[] =>
  bins.map(({ from, below, people }) => ({
    label: below === null ? `${short(from)} and more` : `${short(from)} – ${short(below)}`,
    people,
    query: new URLSearchParams({ from: String(from), ...(below === null ? {} : { below: String(below) }) }).toString(),
  }))

const valuesOf = ({ commonest, numbers }: Spread): readonly Bar[] => {
  const bars = commonest.map(({ value, people }) => ({
    value,
    label: valueWords(value),
    people,
    query: new URLSearchParams({ value: JSON.stringify(value) }).toString(),
  }))
  return numbers ? bars.toSorted((a, b) => Number(a.value) - Number(b.value)) : bars
}

/** How the values are spread: each bar opens the people behind it. */
export const SpreadBars = ({ of, at }: { readonly of: Spread; readonly at: string }) => {
  const bars = of.bins.length > 0 ? stepsOf(of) : valuesOf(of)
  const most = Math.max(1, ...bars.map(({ people }) => people))
  if (bars.length === 0) return <p className="dim">Nobody has a value yet.</p>
  return (
    <ul className="bars">
      {bars.map(({ label, people, query }) => (
        <li key={query}>
          <Go to={`${at}?${query}`} title="Who that is">
            <span className="clip">{label}</span>
            <span className="bar">
              <i style={{ width: `${(100 * people) / most}%` }} />
            </span>
            <b>{number(people)}</b>
          </Go>
        </li>
      ))}
    </ul>
  )
}
