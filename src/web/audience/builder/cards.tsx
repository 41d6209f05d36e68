import type { Comparison, Condition, EventSelection, Measure } from '../../../audience/condition.ts'
import type { Catalog } from '../../wire.ts'
import { Amount, Compare } from './comparison.tsx'
import { type Leaf, newThen } from './draft.ts'
import { eventSuggestions, Pick, Span, Type } from './fields.tsx'
import { Where, withMore } from './where.tsx'

type LeafOf<Type extends Leaf['type']> = Extract<Condition, { type: Type }>
type CardProps<L extends Leaf> = {
  readonly leaf: L
  readonly set: (leaf: L) => void
  readonly negated: boolean
  readonly negate: (negated: boolean) => void
  readonly catalog: Catalog
}

type ToggleProps = {
  readonly yes: string
  readonly no: string
  readonly negated: boolean
  readonly negate: (negated: boolean) => void
}
const Toggle = ({ yes, no, negated, negate }: ToggleProps) => (
  <Pick
    value={negated ? 'no' : 'yes'}
    set={(word) => negate(word === 'no')}
    label="True or not"
    negated={negated}
    of={[
      { value: 'yes', label: yes },
      { value: 'no', label: no },
    ]}
  />
)

/** `have plan equal to pro`. */
export const TraitCard = ({ leaf, set, negated, negate, catalog }: CardProps<LeafOf<'trait'>>) => (
  <div className="say">
    <Toggle yes="have" no="do not have" negated={negated} negate={negate} />
    <Type
      value={leaf.path}
      set={(path) => set({ ...leaf, path })}
      label="Trait"
      placeholder="a trait"
      of={[
        ...catalog.traits.map((t) => ({ value: t.path, ...(t.type ? { note: t.type } : {}) })),
        ...(catalog.computedTraits ?? []).map((t) => ({ value: t.key, note: 'computed' })),
      ]}
    />
    <Compare
      compare={leaf.compare}
      set={(compare: Comparison) => set({ ...leaf, compare })}
      known={catalog.traits.find((t) => t.path === leaf.path)}
    />
  </div>
)

/** `are in Repeat buyers`. */
export const AudienceCard = ({ leaf, set, negated, negate, catalog }: CardProps<LeafOf<'audience'>>) => (
  <div className="say">
    <Toggle yes="are in" no="are not in" negated={negated} negate={negate} />
    <Pick
      value={leaf.audience}
      label="Audience"
      missing={leaf.audience === ''}
      set={(audience) => set({ ...leaf, audience })}
      of={[
        ...(catalog.audiences.some((a) => a.key === leaf.audience)
          ? []
          : [{ value: leaf.audience, label: leaf.audience || 'an audience…' }]),
        ...catalog.audiences.map((a) => ({ value: a.key, label: a.name })),
      ]}
    />
  </div>
)

const MEASURES = [
  { value: 'count', label: 'in number' },
  { value: 'sum', label: 'with the sum of' },
  { value: 'average', label: 'with the average of' },
  { value: 'min', label: 'with the smallest' },
  { value: 'max', label: 'with the largest' },
  { value: 'first', label: 'with the first' },
  { value: 'last', label: 'with the last' },
  { value: 'most_frequent', label: 'with the most frequent' },
  { value: 'unique', label: 'with the list of every' },
  { value: 'unique_count', label: 'with the number of different' },
]
const AMOUNTS: ReadonlySet<string> = new Set<Measure['kind']>(['sum', 'average', 'min', 'max', 'unique_count'])

const measureOf = (kind: string, before: Measure): Measure => {
  if (kind === 'count') return { kind }
  const property = before.kind === 'count' ? '' : before.property
  if (kind === 'most_frequent') return { kind, property, minimum: 2 }
  return { kind: kind as 'sum', property }
}

const windowOf = (event: EventSelection): 'ever' | 'within' | 'between' =>
  event.between ? 'between' : event.within ? 'within' : 'ever'

const withWindow = (event: EventSelection, kind: string): EventSelection => {
  const { within, between, ...rest } = event
  if (kind === 'within') return { ...rest, within: within ?? between?.[1] ?? '30 days' }
  if (kind === 'between') return { ...rest, between: between ?? ['30 days', '90 days'] }
  return rest
}

const Window = ({ event, set }: { readonly event: EventSelection; readonly set: (event: EventSelection) => void }) => (
  <>
    <Pick
      value={windowOf(event)}
      label="When"
      set={(kind) => set(withWindow(event, kind))}
      of={[
        { value: 'ever', label: 'at any time' },
        { value: 'within', label: 'within the last' },
        { value: 'between', label: 'between' },
      ]}
    />
    {event.within && <Span value={event.within} set={(within) => set({ ...event, within })} label="Within" />}
    {event.between && (
      <>
        <Span
          value={event.between[0]}
          set={(from) => set({ ...event, between: [from, event.between?.[1] ?? from] })}
          label="From"
        />
        <span>and</span>
        <Span value={event.between[1]} set={(to) => set({ ...event, between: [event.between?.[0] ?? to, to] })} label="To" />
        <span>ago</span>
      </>
    )}
  </>
)

/** `did Order Completed at least 2 times within the last 30 days where total more than 20`. */
export const EventCard = ({ leaf, set, negated, negate, catalog }: CardProps<LeafOf<'event'>>) => {
  const { event, measure } = leaf
  const known = catalog.events.find((one) => one.name === event.name)
  const properties = known?.properties ?? []
  const put = (next: EventSelection): void => set({ ...leaf, event: next })
  const { where, ...unfiltered } = event
  return (
    <>
      <div className="say">
        <Toggle yes="did" no="did not" negated={negated} negate={negate} />
        <Type
          value={event.name}
          set={(name) => put({ ...event, name })}
          label="Event"
          placeholder="an event"
          of={eventSuggestions(catalog.events)}
        />
        {measure.kind !== 'count' && (
          <MeasureWords measure={measure} set={(next) => set({ ...leaf, measure: next })} leaf={properties} />
        )}
        {measure.kind === 'count' || AMOUNTS.has(measure.kind) ? (
          <Amount compare={leaf.compare} set={(compare) => set({ ...leaf, compare })} />
        ) : (
          <Compare
            compare={leaf.compare}
            set={(compare) => set({ ...leaf, compare })}
            known={properties.find(({ path }) => path === measure.property)}
          />
        )}
        {measure.kind === 'count' && <span>{'value' in leaf.compare && leaf.compare.value === 1 ? 'time' : 'times'}</span>}
        <Window event={event} set={put} />
      </div>
      {where && (
        <Where
          filter={where}
          properties={properties}
          events={catalog.events}
          set={(next) => put(next === undefined ? unfiltered : { ...event, where: next })}
        />
      )}
      <div>
        <button type="button" className="link-button" onClick={() => put({ ...event, where: withMore(where) })}>
          + where…
        </button>
        <button type="button" className="link-button" onClick={() => put({ ...event, where: withMore(where, newThen()) })}>
          + and then…
        </button>
        {measure.kind === 'count' && (
          <button type="button" className="link-button" onClick={() => set({ ...leaf, measure: { kind: 'sum', property: '' } })}>
            measure a property instead
          </button>
        )}
      </div>
    </>
  )
}

type MeasureProps = {
  readonly measure: Exclude<Measure, { kind: 'count' }>
  readonly set: (measure: Measure) => void
  readonly leaf: readonly { readonly path: string; readonly type?: string }[]
}
const MeasureWords = ({ measure, set, leaf }: MeasureProps) => (
  <>
    <Pick value={measure.kind} of={MEASURES} label="Measure" set={(kind) => set(measureOf(kind, measure))} />
    <Type
      value={measure.property}
      set={(property) => set({ ...measure, property })}
      label="Measured property"
      placeholder="property"
      of={leaf.map((p) => ({ value: p.path, ...(p.type ? { note: p.type } : {}) }))}
    />
  </>
)
