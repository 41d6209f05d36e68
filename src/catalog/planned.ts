import { isObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { planAt } from '../tracking-plan/connect.ts'
import type { AskedPlan } from '../tracking-plan/gate.ts'
import { askedRules } from '../tracking-plan/load.ts'
import { type Names, namesIn } from '../tracking-plan/omit.ts'
import { ruleTypeOf } from '../tracking-plan/rule-type.ts'
import { Definition } from '../transformation/definition.ts'
import { type Asked, transformationsAt } from '../transformation/gate.ts'
import { bagOf, keysOf, type Subject } from './subject.ts'

/** The plan that a source is connected to, and whether it plans something. */
export type Planned = {
  readonly plan: { readonly id: string; readonly name: string }
  readonly has: (subject: Subject) => boolean
}

const insideOf = (names: Names, [first, ...rest]: readonly string[]): boolean => {
  if (first === undefined) return true
  const inside = first === '$' ? names.items : names.of.get(first)
  return inside !== undefined && insideOf(inside, rest)
}

const planned = (rules: AskedPlan['rules']): Planned['has'] => {
  const byEvent = Map.groupBy(rules, ({ type, key }) => (type === 'TRACK' ? `TRACK ${key}` : type))
  return ({ type, name, path }) => {
    const ruleType = ruleTypeOf(type) ?? ''
    const of = byEvent.get(ruleType === 'TRACK' ? `TRACK ${name}` : (ruleType as 'IDENTIFY')) ?? []
    if (path === '') return of.length > 0
    return of.some(({ jsonSchema: { properties } }) =>
      insideOf(namesIn(isObject(properties) ? properties[bagOf(type)] : undefined), keysOf(path)),
    )
  }
}

type Renaming = { readonly event: string; readonly to: string; readonly properties: ReadonlyMap<string, string> }

// Plans are asked of what is sent, the catalogue counts what transformations leave of it: back to the names that were sent.
const sentBy = (transformations: readonly Asked[]): ((subject: Subject) => Subject) => {
  const renamings = transformations.map(({ type, event, definition }): Renaming & { readonly type: string } => {
    const { newEventName, propertyRenames = [] } = Definition.parse(definition)
    return {
      type,
      event,
      to: newEventName ?? event,
      properties: new Map(propertyRenames.map((one) => [one.newName, one.oldName])),
    }
  })
  return (subject) => {
    const renaming = renamings.find(({ type, to }) => type === subject.type && to === subject.name)
    return renaming ? { ...subject, name: renaming.event, path: renaming.properties.get(subject.path) ?? subject.path } : subject
  }
}

/** What the plan of a source says of names; undefined where it has none. */
export const plannedOf = async (db: Db, spaceId: string, sourceId: string): Promise<Planned | undefined> => {
  const plan = await planAt(db, spaceId, sourceId)
  if (!plan) return undefined
  const [has, sent] = [planned(await askedRules(db, spaceId, plan.id)), sentBy(await transformationsAt(db, spaceId, sourceId))]
  return { plan, has: (subject) => has(subject) || has(sent(subject)) }
}
