import type { Filter } from '../../../audience/condition.ts'
import { Icon } from '../../parts/icon.tsx'
import type { Known } from '../../wire.ts'
import { Compare } from './comparison.tsx'
import { type EditableFilter, isEditableFilter, newFilter, placed, replaced } from './draft.ts'
import { Pick, Type } from './fields.tsx'
import { SpokenFilter } from './spoken.tsx'

type FilterProps = {
  readonly filter: Filter
  readonly set: (filter: Filter | undefined) => void
  readonly properties: readonly Known[]
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
}: Omit<FilterProps, 'filter' | 'set'> & { filter: EditableFilter; set: (f: EditableFilter) => void }) => (
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
export const Where = ({ filter, set, properties }: FilterProps) => {
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
          <Where filter={one} properties={properties} set={(next) => put(replaced(inner.filters, index, next))} />
        </div>
      ))}
      <button type="button" className="link-button" onClick={() => put([...inner.filters, newFilter()])}>
        + another property
      </button>
    </div>
  )
}

/** The filter with one more property asked for. */
export const withMore = (filter: Filter | undefined): Filter =>
  filter === undefined ? newFilter() : { type: 'and', filters: [filter, newFilter()] }
