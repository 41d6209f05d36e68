import { type KeyboardEvent, useId, useState } from 'react'
import { shown } from '../../parts/words.ts'

export type Choice = { readonly value: string; readonly label: string; readonly group?: string }

type PickProps = {
  readonly of: readonly Choice[]
  readonly value: string
  readonly set: (value: string) => void
  readonly label: string
  readonly negated?: boolean
}

const options = (of: readonly Choice[]) =>
  of.map((choice) => (
    <option key={choice.value} value={choice.value}>
      {choice.label}
    </option>
  ))

/** A word of the sentence that is one of several. */
export const Pick = ({ of, value, set, label, negated }: PickProps) => {
  const groups = [...Map.groupBy(of, (choice) => choice.group ?? '')]
  return (
    <select
      className={negated ? 'pick negated' : 'pick'}
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
      aria-label={label}
    >
      {groups.length === 1
        ? options(of)
        : groups.map(([group, choices]) => (
            <optgroup key={group} label={group}>
              {options(choices)}
            </optgroup>
          ))}
    </select>
  )
}

export type Suggestion = { readonly value: string; readonly label?: string; readonly note?: string }

type TypeProps = {
  readonly value: string
  readonly set: (value: string) => void
  readonly label: string
  readonly placeholder?: string
  readonly of?: readonly Suggestion[]
  readonly type?: 'text' | 'number' | 'date'
}

const widthOf = (value: string, placeholder: string): string =>
  `${Math.min(34, Math.max(5, (value || placeholder).length + 2))}ch`

const matching = (of: readonly Suggestion[], text: string, touched: boolean): readonly Suggestion[] => {
  const wanted = text.toLowerCase()
  const found = touched ? of.filter((one) => `${one.value} ${one.label ?? ''}`.toLowerCase().includes(wanted)) : of
  return found.slice(0, 40)
}

/** A word of the sentence that is typed, with what is known as suggestions; anything may be typed. */
export const Type = ({ value, set, label, placeholder = '…', of = [], type = 'text' }: TypeProps) => {
  const [open, setOpen] = useState(false)
  const [touched, setTouched] = useState(false)
  const [at, setAt] = useState(0)
  const id = useId()
  const found = open ? matching(of, value, touched) : []
  const choose = (one: Suggestion | undefined): void => {
    if (one) set(one.value)
    setOpen(false)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (found.length === 0) return
      event.preventDefault()
      setAt((at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length)
    }
    if (event.key === 'Enter' && found.length > 0) {
      event.preventDefault()
      choose(found[at])
    }
    if (event.key === 'Escape') setOpen(false)
  }
  return (
    <span className="suggest">
      <input
        className={value === '' ? 'type missing' : 'type'}
        style={{
          width: type === 'date' ? undefined : widthOf(of.find((one) => one.value === value)?.label ?? value, placeholder),
        }}
        type={type}
        {...(type === 'number' ? { min: 0 } : {})}
        value={value}
        placeholder={placeholder}
        aria-label={label}
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls={id}
        autoComplete="off"
        onFocus={() => {
          setTouched(false)
          setAt(0)
          setOpen(true)
        }}
        onBlur={() => setOpen(false)}
        onKeyDown={press}
        onChange={(event) => {
          set(event.currentTarget.value)
          setTouched(true)
          setAt(0)
          setOpen(true)
        }}
      />
      {found.length > 0 && <Suggestions id={id} of={found} at={at} choose={choose} label={label} />}
    </span>
  )
}

type SuggestionsProps = {
  readonly id: string
  readonly of: readonly Suggestion[]
  readonly at: number
  readonly choose: (one: Suggestion) => void
  readonly label: string
}

const Suggestions = ({ id, of, at, choose, label }: SuggestionsProps) => (
  <div id={id} className="options" role="listbox" aria-label={`${label}: known values`}>
    {of.map((one, index) => (
      <div
        key={one.value}
        role="option"
        tabIndex={-1}
        aria-selected={index === at}
        // The press comes before the field loses the focus, which would close the list.
        onMouseDown={(event) => {
          event.preventDefault()
          choose(one)
        }}
      >
        <span className="clip">{one.label ?? one.value}</span>
        {one.note && <span className="dim">{one.note}</span>}
      </div>
    ))}
  </div>
)

const UNITS = ['minute', 'hour', 'day', 'week'] as const

/** `30 days`, as a number and a unit. */
export const Span = ({
  value,
  set,
  label,
}: {
  readonly value: string
  readonly set: (value: string) => void
  readonly label: string
}) => {
  const [amount = '', unit = 'days'] = value.split(' ')
  const singular = unit.replace(/s$/, '')
  const make = (n: string, of: string): void => set(`${n} ${of}${n === '1' ? '' : 's'}`)
  return (
    <>
      <Type value={amount} type="number" set={(n) => make(n, singular)} label={`${label}: how many`} placeholder="30" />
      <Pick
        value={singular}
        set={(of) => make(amount, of)}
        label={`${label}: unit`}
        of={UNITS.map((of) => ({ value: of, label: amount === '1' ? of : `${of}s` }))}
      />
    </>
  )
}

/** Values that are known of a trait or property, as suggestions. */
export const suggestionsOf = (values: readonly unknown[] | undefined): readonly Suggestion[] =>
  (values ?? []).map((value) => ({ value: shown(value) }))
