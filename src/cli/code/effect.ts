import { Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { counted } from '../counted.ts'
import { objectOf } from '../table.ts'
import { changedOptionsOf } from './apply.ts'
import { type Definition, KINDS } from './definition.ts'
import { type Change, definitionIn, type Keys, referencesOf } from './plan.ts'

/** What a change would do to people: numbers by what happens to them, and what they hang on; or why that cannot be said yet. */
export type Effect = { readonly numbers?: Readonly<Record<string, number>>; readonly note?: string }

const numbersOf = (answer: JsonObject): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(answer).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))

const ofNew = async (api: Api, { query, options, audienceType }: Definition): Promise<Effect> => {
  const { filterByExternalIds } = options
  const body = {
    definition: { query },
    audienceType,
    count: 0,
    ...(filterByExternalIds ? { options: { filterByExternalIds } } : {}),
  }
  const preview = objectOf(await counted(api, await api.post('/audiences/previews', body)), 'audiencePreview')
  return { numbers: { entered: Number(objectOf(preview, 'size')['count']) } }
}

const ofEdit = async (api: Api, from: Definition, { kind, key, query, options }: Definition): Promise<Effect> => {
  const answer = await api.post(`${KINDS[kind].path}/${key}/edit-previews`, {
    definition: { query },
    options: changedOptionsOf(from.options, options),
  })
  return { numbers: numbersOf(objectOf(answer, 'editPreview')) }
}

/** What is around a change: all keys of files and space, those that are in the space, and those that the plan changes. */
export type Surroundings = { readonly all: Keys; readonly there: ReadonlySet<string>; readonly changing: ReadonlySet<string> }

/** The keys of what a plan changes so that other people or values come of it. */
export const changingIn = (plan: readonly Change[]): ReadonlySet<string> =>
  new Set(plan.filter((change) => change.type === 'change' && moves(change)).map((change) => definitionIn(change).key))

const moves = (change: Change): boolean =>
  change.type !== 'change' || ['query', 'options', 'enabled'].some((field) => change.fields.includes(field as 'query'))

// How often may be counted in a month is limited; a plan says so and goes on.
const orWhyNot = (effect: Promise<Effect>): Promise<Effect> =>
  effect.catch((error: unknown) => {
    if (error instanceof Refused && error.status === 429) return { note: `not counted: ${error.message}` }
    throw error
  })

/** Asks the space how many people a change would bring in and take out; nothing is saved. */
export const effectOf = async (api: Api, change: Change, { all, there, changing }: Surroundings): Promise<Effect> => {
  if (change.type === 'missing') return { note: 'in the space and not in the files; --remove deletes it' }
  if (change.type === 'make' && change.to.kind === 'computed_trait') return { note: 'computed for everybody once it is made' }
  if (change.type === 'make' && !change.to.enabled) return { note: 'disabled: nobody enters' }
  if (change.type === 'change' && !change.fields.some((field) => field === 'query' || field === 'options'))
    return { note: 'nobody moves' }
  const references = referencesOf(change.to, all)
  const missing = references.filter((key) => !there.has(key))
  if (missing.length > 0) return { note: `can be counted once ${missing.join(', ')} is there` }
  const others = references.filter((key) => changing.has(key))
  const effect = await orWhyNot(change.type === 'make' ? ofNew(api, change.to) : ofEdit(api, change.from, change.to))
  return others.length === 0 || effect.note ? effect : { ...effect, note: `with ${others.join(', ')} as it is now` }
}
