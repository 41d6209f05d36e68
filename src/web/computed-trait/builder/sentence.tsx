import type { EventSelection, Measure } from '../../../audience/condition.ts'
import { eventSuggestions, Pick, Span, Type } from '../../audience/builder/fields.tsx'
import { Where, withMore } from '../../audience/builder/where.tsx'
import { Beside, problemsAt } from '../../parts/problems.tsx'
import type { Catalog, Known, Problem } from '../../wire.ts'
import { type Draft, type WindowKind, windowOf, withAbout, withKind, withWindow } from './draft.ts'

const MEASURES: readonly { readonly value: Measure['kind']; readonly label: string; readonly group: string }[] = [
  { value: 'count', label: 'how often they did', group: 'Number' },
  { value: 'sum', label: 'the sum of', group: 'Number' },
  { value: 'average', label: 'the average of', group: 'Number' },
  { value: 'min', label: 'the lowest', group: 'Number' },
  { value: 'max', label: 'the highest', group: 'Number' },
  { value: 'unique_count', label: 'the number of different', group: 'Number' },
  { value: 'most_frequent', label: 'the most frequent', group: 'Value' },
  { value: 'first', label: 'the first', group: 'Value' },
  { value: 'last', label: 'the last', group: 'Value' },
  { value: 'unique', label: 'the list of every', group: 'List' },
]

const suggested = (known: readonly Known[]) => known.map((one) => ({ value: one.path, ...(one.type ? { note: one.type } : {}) }))

type Measured = Exclude<Measure, { kind: 'count' }>
type PropertyProps = {
  readonly measure: Measured
  readonly set: (measure: Measure) => void
  readonly properties: readonly Known[]
  readonly traits: readonly Known[]
  readonly accounts: boolean
}

/** Of accounts, the first, last and most frequent may be of a trait of whoever did it. What lies in the context is said where it was chosen in text. */
const Property = ({ measure, set, properties, traits, accounts }: PropertyProps) => {
  const ofUser = measure.of === 'user'
  const inContext = measure.of === 'context'
  const canBeOfUser = accounts && (measure.kind === 'first' || measure.kind === 'last' || measure.kind === 'most_frequent')
  const whose = (word: string): void => {
    const { of: _, ...own } = { of: undefined, ...measure }
    set((word === 'event' ? own : { ...own, of: word }) as Measure)
  }
  return (
    <>
      {(canBeOfUser || inContext) && (
        <Pick
          value={measure.of ?? 'event'}
          label="Of what"
          set={whose}
          of={[
            { value: 'event', label: 'property' },
            ...(canBeOfUser ? [{ value: 'user', label: 'trait of the user' }] : []),
            ...(inContext ? [{ value: 'context', label: 'context' }] : []),
          ]}
        />
      )}
      <Type
        value={measure.property}
        set={(property) => set({ ...measure, property })}
        label="Measured property"
        placeholder={ofUser ? 'a trait' : inContext ? 'a path in the context' : 'a property'}
        of={suggested(ofUser ? traits : inContext ? [] : properties)}
      />
    </>
  )
}

/** How a property is read, where there is a choice. */
const Reading = ({ measure, set }: Pick2<PropertyProps, 'measure' | 'set'>) => {
  const { as: was, ...plain } = { as: undefined, ...measure }
  const put = (as: string): void => set((as === '' ? plain : { ...plain, as }) as Measure)
  if (measure.kind === 'min' || measure.kind === 'max')
    return (
      <Pick
        value={was === 'string' ? 'string' : ''}
        label="Read as"
        set={put}
        of={[
          { value: '', label: 'as a number' },
          { value: 'string', label: 'as text' },
        ]}
      />
    )
  if (measure.kind !== 'most_frequent') return null
  return (
    <>
      <Pick
        value={was === undefined || was === 'string' ? '' : was}
        label="Read as"
        set={put}
        of={[
          { value: '', label: 'as text' },
          { value: 'number', label: 'as a number' },
          { value: 'array', label: 'as a whole list' },
        ]}
      />
      <span>there at least</span>
      <Type
        value={String(measure.minimum)}
        type="number"
        label="At least so often"
        set={(text) => set({ ...measure, minimum: Math.max(1, Math.round(Number(text)) || 1) })}
      />
      <span>{measure.minimum === 1 ? 'time' : 'times'}</span>
    </>
  )
}
type Pick2<T, K extends keyof T> = { readonly [Key in K]: T[Key] }

const Window = ({
  event,
  set,
  accounts,
}: {
  readonly event: EventSelection
  readonly set: (event: EventSelection) => void
  readonly accounts: boolean
}) => {
  const { within, between, expiresAfter } = event
  return (
    <>
      <Pick
        value={windowOf(event)}
        label="When"
        set={(kind) => set(withWindow(event, kind as WindowKind))}
        of={[
          { value: 'ever', label: 'at any time' },
          { value: 'within', label: 'within the last' },
          { value: 'between', label: 'between' },
          ...(accounts ? [] : [{ value: 'session', label: 'in the current session, which ends after' }]),
        ]}
      />
      {within && <Span value={within} set={(next) => set({ ...event, within: next })} label="Within" />}
      {between && (
        <>
          <Span value={between[0]} set={(from) => set({ ...event, between: [from, between[1]] })} label="From" />
          <span>and</span>
          <Span value={between[1]} set={(to) => set({ ...event, between: [between[0], to] })} label="To" />
          <span>ago</span>
        </>
      )}
      {expiresAfter && (
        <>
          <Span value={expiresAfter} set={(next) => set({ ...event, expiresAfter: next })} label="Session" />
          <span>of silence</span>
        </>
      )}
    </>
  )
}

type SentenceProps = {
  readonly draft: Draft
  readonly set: (draft: Draft) => void
  readonly catalog: Catalog
  readonly problems: readonly Problem[]
  /** Whom it is about was chosen when it was made. */
  readonly fixed: boolean
}

const WhoIs = ({ draft, set, fixed }: Pick2<SentenceProps, 'draft' | 'set' | 'fixed'>) => (
  <>
    <span>Of every</span>
    {fixed ? (
      <strong>{draft.about === 'ACCOUNTS' ? 'account' : 'person'}</strong>
    ) : (
      <Pick
        value={draft.about}
        label="About"
        set={(about) => set(withAbout(draft, about as Draft['about']))}
        of={[
          { value: 'USERS', label: 'person' },
          { value: 'ACCOUNTS', label: 'account' },
        ]}
      />
    )}
    <span>keep</span>
  </>
)

const Events = ({ draft, set, catalog }: Pick2<SentenceProps, 'draft' | 'set' | 'catalog'>) => (
  <Type
    value={draft.event.name}
    set={(name) => set({ ...draft, event: { ...draft.event, name } })}
    label="Event"
    placeholder="an event"
    of={eventSuggestions(catalog.events)}
  />
)

/** `Of every person keep the sum of revenue of Order Completed within the last 30 days where …`, and beside each word what is wrong with it. */
export const Sentence = ({ draft, set, catalog, problems, fixed }: SentenceProps) => {
  const { event, measure, about } = draft
  const { where } = event
  const properties = catalog.events.find((one) => one.name === event.name)?.properties ?? []
  const put = (next: EventSelection): void => set({ ...draft, event: next })
  const setMeasure = (next: Measure): void => set({ ...draft, measure: next })
  return (
    <div className="card">
      <div className="card-body">
        <div className="say">
          <WhoIs draft={draft} set={set} fixed={fixed} />
          <Pick
            value={measure.kind}
            of={MEASURES}
            label="Measure"
            set={(kind) => setMeasure(withKind(measure, kind as Measure['kind']))}
          />
          {measure.kind !== 'count' && (
            <>
              <Property
                measure={measure}
                set={setMeasure}
                properties={properties}
                traits={catalog.traits}
                accounts={about === 'ACCOUNTS'}
              />
              <Reading measure={measure} set={setMeasure} />
              <span>of</span>
            </>
          )}
          <Events draft={draft} set={set} catalog={catalog} />
          <Window event={event} set={put} accounts={about === 'ACCOUNTS'} />
        </div>
        <Beside of={problemsAt(problems, 'definition.measure', 'definition.type')} />
        <Beside
          of={problemsAt(
            problems,
            'definition.event.name',
            'definition.event.within',
            'definition.event.between',
            'definition.event.expiresAfter',
          )}
        />
        {where && (
          <Where filter={where} properties={properties} events={catalog.events} set={(next) => put({ ...event, where: next })} />
        )}
        <Beside of={problemsAt(problems, 'definition.event.where')} />
        <div>
          <button type="button" className="link-button" onClick={() => put({ ...event, where: withMore(where) })}>
            + where…
          </button>
        </div>
      </div>
    </div>
  )
}

/** Places of problems that stand beside the sentence. */
export const SENTENCE_PLACES = ['definition.measure', 'definition.type', 'definition.event']
