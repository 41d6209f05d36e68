import { Button } from '@mantine/core'
import { useState } from 'react'
import { useGet } from '../api.ts'
import { Icon } from '../parts/icon.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Empty } from '../parts/state.tsx'
import { RuleForm } from './rule-form.tsx'
import { bagIn, emptyRule, isNullable, kindOf, type Property, propertiesOf } from './schema-tree.ts'
import type { Plan, Rule } from './wire.ts'

/** What the rules that are about no event are about. */
export const NAMES: Readonly<Record<string, string>> = {
  COMMON: 'Every call',
  IDENTIFY: 'Identify',
  GROUP: 'Group',
  PAGE: 'Page',
  SCREEN: 'Screen',
}
const KINDS_OF_PLAN: Readonly<Record<string, readonly string[]>> = {
  LIVE: ['TRACK', 'IDENTIFY', 'GROUP', 'PAGE', 'SCREEN', 'COMMON'],
  RULE_LIBRARY: ['TRACK'],
  PROPERTY_LIBRARY: ['COMMON'],
}

const wordOf = ({ name, schema, required }: Property): string =>
  `${name}${required ? '*' : ''} ${kindOf(schema) ?? 'several types'}${isNullable(schema) ? ' or null' : ''}`

const Line = ({ plan, of, isGroup }: { readonly plan: string; readonly of: Rule; readonly isGroup: boolean }) => {
  const [open, setOpen] = useState(false)
  const name = isGroup ? 'The group' : (NAMES[of.type] ?? of.key)
  const properties = propertiesOf(bagIn(of.type, of.jsonSchema)).map(wordOf)
  return (
    <li className={open ? 'rule open' : 'rule'}>
      <div className="row wrap">
        <div className="grow">
          <strong>{name}</strong> {of.version > 1 && <span className="dim">version {of.version}</span>}
          {of.synced && <span className="dim small"> synced with {of.synced.from.join(' and ')}</span>}
          <div className="dim small">{properties.join(', ') || 'any property'}</div>
        </div>
        <Button
          size="xs"
          variant="default"
          aria-label={`${open ? 'Close' : 'Edit'} ${name}`}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {open ? 'Close' : 'Edit'}
        </Button>
      </div>
      {open && <RuleForm plan={plan} rule={of} isNew={false} isGroup={isGroup} close={() => setOpen(false)} />}
    </li>
  )
}

const WORDS: Readonly<Record<string, string>> = { TRACK: 'An event', ...NAMES }

type Adding = {
  readonly plan: Plan
  readonly there: readonly Rule[]
  readonly type: string | undefined
  readonly setType: (type: string | undefined) => void
}

const Add = ({ plan, there, type, setType }: Adding) => {
  const possible = (KINDS_OF_PLAN[plan.type] ?? KINDS_OF_PLAN['LIVE'] ?? []).filter(
    (one) => one === 'TRACK' || !there.some((rule) => rule.type === one),
  )
  const isGroup = plan.type === 'PROPERTY_LIBRARY'
  if (type !== undefined) {
    const jsonSchema = isGroup ? emptyRule('TRACK') : emptyRule(type)
    return (
      <div className="rule open">
        <RuleForm
          plan={plan.id}
          rule={{ type, key: '', version: 1, jsonSchema }}
          isNew
          isGroup={isGroup}
          close={() => setType(undefined)}
        />
      </div>
    )
  }
  return (
    <div className="adds">
      {possible.map((one) => (
        <button key={one} type="button" className="add" onClick={() => setType(one)}>
          <Icon name="plus" size={13} /> {isGroup ? 'The group of properties' : WORDS[one]}
        </button>
      ))}
    </div>
  )
}

/** The rules of a plan, each to be edited in its place, and another one. */
export const Rules = ({ plan }: { readonly plan: Plan }) => {
  const rules = useGet<{ rules: readonly Rule[] }>(`/tracking-plans/${plan.id}/rules`)
  const [adding, setAdding] = useState<string>()
  return (
    <Block title="Rules" aside="* required">
      <Await of={rules}>
        {({ rules: all }) => (
          <>
            {all.length === 0 && adding === undefined && (
              <Empty icon="event" title="No rule yet">
                Add what is to be sent, or make a plan of what a source sent.
              </Empty>
            )}
            <ul className="rules">
              {all.map((rule) => (
                <Line
                  key={`${rule.type} ${rule.key} ${rule.version}`}
                  plan={plan.id}
                  of={rule}
                  isGroup={plan.type === 'PROPERTY_LIBRARY'}
                />
              ))}
            </ul>
            <Add plan={plan} there={all} type={adding} setType={setAdding} />
          </>
        )}
      </Await>
    </Block>
  )
}
