import { useState } from 'react'
import type { Comparison, Operator } from '../../../audience/condition.ts'
import type { Known } from '../../wire.ts'
import { placed } from './draft.ts'
import { Pick, Span, suggestionsOf, Type } from './fields.tsx'
import { literalOf, OPERATORS, withOperator } from './operators.ts'

const CHOICES = Object.entries(OPERATORS).map(([value, look]) => ({ value, label: look.label, group: look.group }))

type ValueProps = {
  readonly compare: Comparison
  readonly set: (compare: Comparison) => void
  readonly known: Known | undefined
}

const Values = ({ compare, set, known }: ValueProps) => {
  const [added, setAdded] = useState<number>()
  if (!('values' in compare)) return null
  const texts = OPERATORS[compare.operator].needs === 'texts'
  const put = (list: readonly string[]): void =>
    set({ ...compare, values: texts ? [...list] : list.map((text) => literalOf(text, known?.type)) } as Comparison)
  const shown = [...compare.values.map(String), ...(compare.values.length === 0 ? [''] : [])]
  const more = (): void => {
    setAdded(shown.length)
    put([...shown, ''])
  }
  return (
    <>
      {placed(shown).map(({ item: value, at: index, key }) => (
        <span key={key} className="row-tight">
          {index > 0 && <span>or </span>}
          <Type
            value={value}
            set={(text) => put(shown.with(index, text))}
            // One that is left empty is none.
            left={() => shown.length > 1 && value === '' && put(shown.toSpliced(index, 1))}
            label={`Value ${index + 1}`}
            placeholder="value"
            of={suggestionsOf(known?.values)}
            autoFocus={index === added}
          />
        </span>
      ))}
      <button type="button" className="link-button" onClick={more}>
        + or
      </button>
    </>
  )
}

/** A day has no zone of its own, so it says which one it is taken in (CND-05); values of events without one are not compared with it. */
const NoZone = ({ value }: { readonly value: string }) =>
  /^\d{4}-\d\d-\d\d$/.test(value) ? (
    <span className="caution-words tone-warn small" role="note">
      midnight UTC, for a day has no zone; values must have one, or they are not compared
    </span>
  ) : null

/** What follows an operator: a value, several, a length of time, a date, or nothing. */
const Value = ({ compare, set, known }: ValueProps) => {
  if ('values' in compare) return <Values compare={compare} set={set} known={known} />
  if ('duration' in compare)
    return <Span value={compare.duration} set={(duration) => set({ ...compare, duration })} label="Time" />
  if (!('value' in compare)) return null
  const needs = OPERATORS[compare.operator].needs
  if (needs === 'date')
    return (
      <>
        <Type
          value={String(compare.value).slice(0, 10)}
          type="date"
          label="Date"
          set={(value) => set({ ...compare, value } as Comparison)}
        />
        <NoZone value={String(compare.value)} />
      </>
    )
  return (
    <Type
      value={String(compare.value)}
      label="Value"
      placeholder="value"
      of={suggestionsOf(known?.values)}
      set={(text) => set({ ...compare, value: needs === 'text' ? text : literalOf(text, known?.type) } as Comparison)}
    />
  )
}

/** An operator and what it needs, inside a sentence. */
export const Compare = ({ compare, set, known }: ValueProps) => (
  <>
    <Pick
      value={compare.operator}
      of={CHOICES}
      label="Comparison"
      set={(operator) => set(withOperator(compare, operator as Operator))}
    />
    <Value compare={compare} set={set} known={known} />
  </>
)

const AMOUNTS: readonly Operator[] = ['at_least', 'at_most', 'equals', 'greater_than', 'less_than']

/** `at least 2`: a comparison of an amount. */
export const Amount = ({ compare, set }: Omit<ValueProps, 'known'>) => (
  <>
    <Pick
      value={compare.operator}
      label="How many"
      of={[
        ...AMOUNTS.map((value) => ({ value, label: value === 'equals' ? 'exactly' : OPERATORS[value].label })),
        ...(AMOUNTS.includes(compare.operator) ? [] : [{ value: compare.operator, label: OPERATORS[compare.operator].label }]),
      ]}
      set={(operator) => set(withOperator(compare, operator as Operator))}
    />
    {'value' in compare && (
      <Type
        value={String(compare.value)}
        type="number"
        label="Amount"
        placeholder="1"
        set={(text) => set({ ...compare, value: text === '' ? '' : Number(text) } as Comparison)}
      />
    )}
  </>
)
