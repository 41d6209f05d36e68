import type { EventSelection, Filter } from '../../../audience/condition.ts'
import { Icon } from '../../parts/icon.tsx'
import type { Catalog, Known } from '../../wire.ts'
import { Amount, Compare } from './comparison.tsx'
import { type EditableFilter, type EditableThen, isEditableFilter, isEditableThen, newFilter, placed, replaced } from './draft.ts'
import { eventSuggestions, Pick, Span, Type } from './fields.tsx'
import { SpokenFilter } from './spoken.tsx'

type FilterProps = {
  readonly filter: Filter
  readonly set: (filter: Filter | undefined) => void
  readonly properties: readonly Known[]
  readonly events: Catalog['events']
}

const peel = (filter: Filter): { negated: boolean; inner: Exclude<Filter, { type: 'not' }> } => {
  if (filter.type !== 'not') return { negated: false, inner: filter }
  const { negated, inner } = peel(filter.filter)
  return { negated: !negated, inner }
}
const wrap = (inner: Filter, negated: boolean): Filter => (negated ? { type: 'not', filter: inner } : inner)

const PropertyLine = ({
  filter,
  set,
  properties,
}: Omit<FilterProps, 'filter' | 'set' | 'events'> & { filter: EditableFilter; set: (f: EditableFilter) => void }) => (
  <>
    <Type
      value={filter.path}
      set={(path) => set({ ...filter, path })}
      label="Property"
      placeholder="property"
      of={properties.map((p) => ({ value: p.path, ...(p.type ? { note: p.type } : {}) }))}
    />
    <Compare
      compare={filter.compare}
      set={(compare) => set({ ...filter, compare })}
      known={properties.find((p) => p.path === filter.path)}
    />
  </>
)

/** What must be true of each of the events: properties joined by words that toggle, to any depth. */
export const Where = ({ filter, set, properties, events }: FilterProps) => {
  if (isEditableThen(filter)) return <Then filter={filter} set={set} events={events} />
  const { negated, inner } = peel(filter)
  if (!('filters' in inner) && !isEditableFilter(inner))
    return (
      <div className="say">
        <SpokenFilter filter={filter} />
        <button type="button" className="link-button" onClick={() => set(undefined)} aria-label="Remove this filter">
          <Icon name="close" size={14} />
        </button>
      </div>
    )
  if (!('filters' in inner))
    return (
      <div className="say">
        <Pick
          value={negated ? 'not' : 'yes'}
          label="Where or where not"
          negated={negated}
          of={[
            { value: 'yes', label: 'where' },
            { value: 'not', label: 'where not' },
          ]}
          set={(word) => set(wrap(inner, word === 'not'))}
        />
        <PropertyLine filter={inner} set={(next) => set(wrap(next, negated))} properties={properties} />
        <button type="button" className="link-button" onClick={() => set(undefined)} aria-label="Remove this filter">
          <Icon name="close" size={14} />
        </button>
      </div>
    )
  const put = (filters: readonly Filter[]): void => {
    const [only] = filters
    if (!only) set(undefined)
    else set(wrap(filters.length === 1 ? only : { type: inner.type, filters }, negated))
  }
  return (
    <div className="where">
      {negated && <span className="tone-bad small">none of this holds:</span>}
      {placed(inner.filters).map(({ item: one, at: index, key }) => (
        <div key={key}>
          {index > 0 && (
            <button
              type="button"
              className="word"
              title="Switch between AND and OR"
              onClick={() => set(wrap({ ...inner, type: inner.type === 'and' ? 'or' : 'and' }, negated))}
            >
              {inner.type.toUpperCase()}
            </button>
          )}
          <Where filter={one} properties={properties} events={events} set={(next) => put(replaced(inner.filters, index, next))} />
        </div>
      ))}
      <button type="button" className="link-button" onClick={() => put([...inner.filters, newFilter()])}>
        + another property
      </button>
    </div>
  )
}

/** The filter with one more thing asked for: a property, unless told otherwise. */
export const withMore = (filter: Filter | undefined, more = newFilter()): Filter => {
  if (filter === undefined) return more
  return { type: 'and', filters: [...(filter.type === 'and' ? filter.filters : [filter]), more] }
}

type ThenProps = {
  readonly filter: EditableThen
  readonly set: (filter: Filter | undefined) => void
  readonly events: Catalog['events']
}

const isNever = ({ compare }: EditableThen): boolean => compare.operator === 'equals' && compare.value === 0

type SoonProps = { readonly event: EventSelection; readonly put: (event: EventSelection) => void; readonly never: boolean }
const Soon = ({ event, put, never }: SoonProps) => {
  const { withinParent, settled, ...always } = event
  const { settled: _, ...atOnce } = event
  return (
    <>
      <Pick
        value={withinParent ? 'within' : 'ever'}
        label="How soon after"
        set={(word) => put(word === 'within' ? { ...always, withinParent: '1 day' } : always)}
        of={[
          { value: 'ever', label: 'at any time after' },
          { value: 'within', label: 'within' },
        ]}
      />
      {withinParent && (
        <>
          <Span value={withinParent} set={(next) => put({ ...event, withinParent: next })} label="After" />
          <span>after{(never || settled) && ','}</span>
          {(never || settled) && (
            <Pick
              value={settled ? 'over' : 'once'}
              label="When that counts"
              set={(word) => put(word === 'over' ? { ...event, settled: true } : atOnce)}
              of={[
                { value: 'once', label: 'said at once' },
                { value: 'over', label: 'said when that time is over' },
              ]}
            />
          )}
        </>
      )}
    </>
  )
}

/** `and then did not do Order Completed within 1 day after`: what must follow each of the events, to any depth (spec/audiences §11.6). */
const Then = ({ filter, set, events }: ThenProps) => {
  const { event, compare } = filter
  const never = isNever(filter)
  const put = (next: EventSelection): void => set({ ...filter, event: next })
  const { where, ...unfiltered } = event
  const properties = events.find((one) => one.name === event.name)?.properties ?? []
  return (
    <div className="where">
      <div className="say">
        <span>and then</span>
        <Pick
          value={never ? 'no' : 'yes'}
          label="Followed by or not"
          negated={never}
          set={(word) =>
            set({ ...filter, compare: word === 'no' ? { operator: 'equals', value: 0 } : { operator: 'at_least', value: 1 } })
          }
          of={[
            { value: 'yes', label: 'did' },
            { value: 'no', label: 'did not' },
          ]}
        />
        <Type
          value={event.name}
          set={(name) => put({ ...event, name })}
          label="Event after it"
          placeholder="an event"
          of={eventSuggestions(events)}
        />
        {!never && (
          <>
            <Amount compare={compare} set={(next) => set({ ...filter, compare: next })} />
            <span>{'value' in compare && compare.value === 1 ? 'time' : 'times'}</span>
          </>
        )}
        <Soon event={event} put={put} never={never} />
        <button type="button" className="link-button" onClick={() => set(undefined)} aria-label="Remove what must follow">
          <Icon name="close" size={14} />
        </button>
      </div>
      {where && (
        <Where
          filter={where}
          properties={properties}
          events={events}
          set={(next) => put(next === undefined ? unfiltered : { ...event, where: next })}
        />
      )}
      <div>
        <button type="button" className="link-button" onClick={() => put({ ...event, where: withMore(where) })}>
          + where…
        </button>
      </div>
    </div>
  )
}
