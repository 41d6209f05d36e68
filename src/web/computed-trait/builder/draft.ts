import type { EventSelection, Measure } from '../../../audience/condition.ts'
import { filterIsWhole } from '../../audience/builder/draft.ts'
import type { About, ComputedTrait, TraitOptions } from '../wire.ts'

/** A computed trait while it is being written: the shape of a finished one, with empty words where something is still missing. */
export type Draft = {
  readonly name: string
  readonly key: string
  readonly description: string
  readonly about: About
  readonly event: EventSelection
  readonly measure: Measure
  readonly options: TraitOptions
}

export const NEW: Draft = {
  ...{ name: '', key: '', description: '', about: 'USERS' },
  event: { name: '' },
  measure: { kind: 'count' },
  options: {},
}

export const draftOf = ({ name, key, description, definition, options }: ComputedTrait): Draft => {
  const { event, measure, type } = definition
  return { name, key, description, about: type, event, measure, options }
}

/** Whether nothing is missing, so that it can be computed and saved. */
export const isWhole = ({ event, measure }: Draft): boolean =>
  event.name !== '' && (measure.kind === 'count' || measure.property !== '') && filterIsWhole(event.where)

export const definitionOf = ({ event, measure, about }: Draft) => ({ event, measure, type: about })

type Kind = Measure['kind']

/** The same measure of another kind, keeping the property; what the new kind has no words for goes. */
export const withKind = (measure: Measure, kind: Kind): Measure => {
  if (kind === 'count') return { kind }
  const property = measure.kind === 'count' ? '' : measure.property
  return kind === 'most_frequent' ? { kind, property, minimum: 2 } : { kind: kind as 'sum', property }
}

export type WindowKind = 'ever' | 'within' | 'between' | 'session'
export const windowOf = ({ within, between, expiresAfter }: EventSelection): WindowKind => {
  if (expiresAfter !== undefined) return 'session'
  return between ? 'between' : within === undefined ? 'ever' : 'within'
}

/** The same events in another window. */
export const withWindow = (event: EventSelection, kind: WindowKind): EventSelection => {
  const { within, between, expiresAfter: _, ...rest } = event
  switch (kind) {
    case 'ever':
      return rest
    case 'within':
      return { ...rest, within: within ?? between?.[1] ?? '30 days' }
    case 'between':
      return { ...rest, between: between ?? ['30 days', '90 days'] }
    case 'session':
      return { ...rest, expiresAfter: '30 minutes' }
  }
}

/** For whom: what only the others have goes. */
export const withAbout = (draft: Draft, about: About): Draft => {
  const { includeAnonymousUsers: _, filterByExternalIds: __, ...ofAccounts } = draft.options
  const { honourGroupId: ___, recompute: ____, ...ofUsers } = draft.options
  const event = about === 'ACCOUNTS' && draft.event.expiresAfter !== undefined ? withWindow(draft.event, 'ever') : draft.event
  const { measure } = draft
  const { of: _____, ...own } = { of: undefined, ...measure }
  return about === 'ACCOUNTS'
    ? { ...draft, about, event, options: ofAccounts }
    : { ...draft, about, event, measure: own as Measure, options: ofUsers }
}
