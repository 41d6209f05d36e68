import { createContext, type ReactNode, useContext, useRef } from 'react'
import type { Condition } from '../../../audience/condition.ts'
import { unreachable } from '../../../base/must.ts'
import { Icon } from '../../parts/icon.tsx'
import type { About, Catalog } from '../../wire.ts'
import { AudienceCard, EventCard, TraitCard } from './cards.tsx'
import {
  type EditableLeaf,
  type Group,
  isEditable,
  isGroup,
  type Leaf,
  type LeafType,
  newLeaf,
  peel,
  placed,
  type Quantified,
  type Quantity,
  quantified,
  replaced,
  unquantified,
  wrap,
} from './draft.ts'
import { Pick } from './fields.tsx'
import { Spoken } from './spoken.tsx'

type LeafProps = {
  readonly leaf: EditableLeaf
  readonly negated: boolean
  readonly set: (condition: Condition) => void
  readonly catalog: Catalog
}

// People may be asked for an audience of accounts, accounts for one of people not.
const catalogOf = (catalog: Catalog, about: About): Catalog => {
  const own = ({ about: whose = 'USERS' }: { readonly about?: About }): boolean => whose === about
  const computedTraits = catalog.computedTraits?.filter(own) ?? []
  return about === 'USERS'
    ? { ...catalog, computedTraits }
    : { ...catalog, computedTraits, traits: catalog.accountTraits ?? [], audiences: catalog.audiences.filter(own) }
}

const LeafCard = ({ leaf, negated, set, catalog }: LeafProps) => {
  const put = (next: Leaf): void => set(wrap(next, negated))
  const shared = {
    set: put,
    negated,
    negate: (not: boolean) => set(wrap(leaf, not)),
    catalog: catalogOf(catalog, useContext(AboutWhom)),
  }
  switch (leaf.type) {
    case 'event':
      return <EventCard leaf={leaf} {...shared} />
    case 'trait':
      return <TraitCard leaf={leaf} {...shared} />
    case 'audience':
      return <AudienceCard leaf={leaf} {...shared} />
    default:
      return unreachable(leaf)
  }
}

/** Whom the conditions here are about: of an account, what its users did stands inside one of its own. */
export const AboutWhom = createContext<About>('USERS')

const ACCOUNT_ADDS: readonly { readonly label: string; readonly make: () => Condition }[] = [
  { label: 'have users who did something', make: () => quantified('any', { type: 'and', conditions: [newLeaf('event')] }) },
  { label: 'have a trait', make: () => newLeaf('trait') },
  { label: 'are in an audience of accounts', make: () => newLeaf('audience') },
]

const ADDS: readonly { readonly type: LeafType; readonly label: string }[] = [
  { type: 'event', label: 'did or did not do something' },
  { type: 'trait', label: 'have a trait' },
  { type: 'audience', label: 'are in an audience' },
]

const Adds = ({ group, set, deep }: { readonly group: Group; readonly set: (group: Group) => void; readonly deep: number }) => {
  const add = (condition: Condition): void => set({ ...group, conditions: [...group.conditions, condition] })
  const accounts = useContext(AboutWhom) === 'ACCOUNTS'
  const adds = accounts ? ACCOUNT_ADDS : ADDS.map(({ type, label }) => ({ label, make: () => newLeaf(type) }))
  return (
    <div className="adds">
      {adds.map(({ label, make }) => (
        <button key={label} type="button" className="add" onClick={() => add(make())}>
          <Icon name="plus" size={13} /> {label}
        </button>
      ))}
      {group.conditions.length > 0 && deep < 8 && (
        <button
          type="button"
          className="add"
          onClick={() => add({ type: group.type === 'and' ? 'or' : 'and', conditions: [newLeaf(accounts ? 'trait' : 'event')] })}
        >
          <Icon name="plus" size={13} /> group
        </button>
      )}
    </div>
  )
}

const Remove = ({ press }: { readonly press: () => void }) => (
  <button type="button" className="plain-button" onClick={press} aria-label="Remove this condition" title="Remove">
    <Icon name="close" size={15} />
  </button>
)

type QuantifiedProps = {
  readonly condition: Quantified
  readonly set: (condition: Condition | undefined) => void
  readonly catalog: Catalog
  readonly remove: ReactNode
  readonly deep: number
}

/** `at least one user …`: conditions about the people of an account. */
const OfUsers = ({ condition, set, catalog, remove, deep }: QuantifiedProps) => {
  const { quantity, inner } = unquantified(condition)
  return (
    <div className="group nested">
      <div className="group-head">
        <Pick
          value={quantity}
          label="How many users"
          negated={quantity === 'none'}
          of={[
            { value: 'any', label: 'at least one user' },
            { value: 'all', label: 'every user' },
            { value: 'none', label: 'no user' },
          ]}
          set={(word) => set(quantified(word as Quantity, inner))}
        />
        <span className="grow" />
        {remove}
      </div>
      <AboutWhom value="USERS">
        <GroupCards
          group={inner}
          deep={deep + 1}
          catalog={catalog}
          set={(next) => set(next.conditions.length === 0 ? undefined : quantified(quantity, next))}
        />
      </AboutWhom>
    </div>
  )
}

type ItemProps = {
  readonly condition: Condition
  readonly set: (condition: Condition | undefined) => void
  readonly catalog: Catalog
  readonly deep: number
}

const Item = ({ condition, set, catalog, deep }: ItemProps) => {
  const { negated, inner } = peel(condition)
  const remove = <Remove press={() => set(undefined)} />
  if (!negated && (inner.type === 'any' || inner.type === 'all'))
    return (
      <OfUsers
        condition={{ type: inner.type, condition: inner.condition }}
        set={set}
        catalog={catalog}
        remove={remove}
        deep={deep}
      />
    )
  if (!isGroup(inner))
    return (
      <div className="card">
        <div className="card-body">
          {isEditable(inner) ? (
            <LeafCard leaf={inner} negated={negated} set={set} catalog={catalog} />
          ) : (
            <Spoken condition={condition} />
          )}
        </div>
        {remove}
      </div>
    )
  return (
    <div className="group nested">
      <div className="group-head">
        <Pick
          value={`${negated ? 'not ' : ''}${inner.type}`}
          label="How the group counts"
          negated={negated}
          of={[
            { value: 'and', label: 'all of these' },
            { value: 'or', label: 'any of these' },
            { value: 'not and', label: 'not all of these' },
            { value: 'not or', label: 'none of these' },
          ]}
          set={(word) => set(wrap({ ...inner, type: word.endsWith('and') ? 'and' : 'or' }, word.startsWith('not')))}
        />
        <span className="grow" />
        {remove}
      </div>
      <GroupCards
        group={inner}
        deep={deep + 1}
        catalog={catalog}
        set={(next) => set(next.conditions.length === 0 ? undefined : wrap(next, negated))}
      />
    </div>
  )
}

type GroupProps = {
  readonly group: Group
  readonly set: (group: Group) => void
  readonly catalog: Catalog
  readonly deep?: number
}

/** Conditions as sentence cards, joined by a word that toggles; a group is an indent. */
export const GroupCards = ({ group, set, catalog, deep = 0 }: GroupProps) => {
  const toggle = (): void => set({ ...group, type: group.type === 'and' ? 'or' : 'and' })
  const box = useRef<HTMLDivElement>(null)
  const put = (index: number, next: Condition | undefined): void => {
    // What had the focus goes: one goes on from what may be added.
    if (next === undefined) box.current?.querySelector<HTMLElement>(':scope > .adds > button')?.focus()
    set({ ...group, conditions: replaced(group.conditions, index, next) })
  }
  return (
    <div className="group" ref={box}>
      {placed(group.conditions).map(({ item: condition, at: index, key }) => (
        <div key={key}>
          {index > 0 && (
            <div className="join">
              <button type="button" className="word" onClick={toggle} title="Switch between AND and OR">
                {group.type.toUpperCase()}
              </button>
            </div>
          )}
          <Item condition={condition} catalog={catalog} deep={deep} set={(next) => put(index, next)} />
        </div>
      ))}
      <Adds group={group} set={set} deep={deep} />
    </div>
  )
}
