import { type ComponentProps, type KeyboardEvent, useId, useState } from 'react'
import { number, shown } from '../../parts/words.ts'
import type { Catalog } from '../../wire.ts'

export type Choice = { readonly value: string; readonly label: string; readonly group?: string }

type PickProps = {
  readonly of: readonly Choice[]
  readonly value: string
  readonly set: (value: string) => void
  readonly label: string
  readonly negated?: boolean
  readonly missing?: boolean
}

const options = (of: readonly Choice[]) =>
  of.map((choice) => (
    <option key={choice.value} value={choice.value}>
      {choice.label}
    </option>
  ))

/** A word of the sentence that is one of several. */
export const Pick = ({ of, value, set, label, negated, missing }: PickProps) => {
  const groups = [...Map.groupBy(of, (choice) => choice.group ?? '')]
  return (
    <select
      className={['pick', negated && 'negated', missing && 'missing'].filter(Boolean).join(' ')}
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
  /** When one goes on to something else. */
  readonly left?: () => void
  readonly autoFocus?: boolean
}

const NONE = -1
const optionId = (list: string, at: number): string => `${list}-${at}`

/** What says of a field that it has suggestions; numbers and days have none. */
const suggesting = (list: string, found: readonly Suggestion[], at: number): ComponentProps<'input'> => ({
  role: 'combobox',
  'aria-expanded': found.length > 0,
  'aria-controls': list,
  'aria-activedescendant': found[at] && optionId(list, at),
})

const widthOf = (value: string, placeholder: string): string =>
  `${Math.min(34, Math.max(5, (value || placeholder).length + 2))}ch`

const matching = (of: readonly Suggestion[], text: string, touched: boolean): readonly Suggestion[] => {
  const wanted = text.toLowerCase()
  const found = touched ? of.filter((one) => `${one.value} ${one.label ?? ''}`.toLowerCase().includes(wanted)) : of
  // What is written out already hides nothing behind it.
  if (touched && found.length === 1 && found[0]?.value === text) return []
  return found.slice(0, 40)
}

/** A word of the sentence that is typed, with what is known as suggestions; anything may be typed. */
export const Type = ({ value, set, label, placeholder = '…', of = [], type = 'text', left, autoFocus = false }: TypeProps) => {
  const [open, setOpen] = useState(false)
  const [touched, setTouched] = useState(false)
  // None is chosen before an arrow is pressed: Enter keeps what was typed, though something like it is known.
  const [at, setAt] = useState(NONE)
  const id = useId()
  const found = open ? matching(of, value, touched) : []
  const offer = (typed: boolean): void => {
    setTouched(typed)
    setAt(NONE)
    setOpen(true)
  }
  const choose = (one: Suggestion | undefined): void => {
    if (one) set(one.value)
    setOpen(false)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      if (found.length === 0) return
      event.preventDefault()
      const next = event.key === 'ArrowDown' ? at + 1 : (at === NONE ? found.length : at) - 1
      setAt((next + found.length) % found.length)
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
        {...(type === 'text' ? suggesting(id, found, at) : {})}
        autoComplete="off"
        onFocus={() => offer(false)}
        // biome-ignore lint/a11y/noAutofocus: asked for by the press that made it
        autoFocus={autoFocus}
        onBlur={() => {
          setOpen(false)
          left?.()
        }}
        onKeyDown={press}
        onChange={(event) => {
          set(event.currentTarget.value)
          offer(true)
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
        id={optionId(id, index)}
        ref={(node) => {
          if (index === at) node?.scrollIntoView({ block: 'nearest' })
        }}
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

/** The events that there were, with how often. */
export const eventSuggestions = (events: Catalog['events']): readonly Suggestion[] =>
  events.map(({ name, count }) => ({ value: name, ...(count === undefined ? {} : { note: `${number(count)} ×` }) }))

/** Values that are known of a trait or property, as suggestions. */
export const suggestionsOf = (values: readonly unknown[] | undefined): readonly Suggestion[] =>
  (values ?? []).map((value) => ({ value: shown(value) }))
