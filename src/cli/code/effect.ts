import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { objectOf } from '../table.ts'
import { changedOptionsOf } from './apply.ts'
import { type Definition, KINDS } from './definition.ts'
import { type Change, missingReferences } from './plan.ts'

/** What a change would do to people: numbers by what happens to them, or why that cannot be said yet. */
export type Effect = { readonly numbers?: Readonly<Record<string, number>>; readonly note?: string }

const numbersOf = (answer: JsonObject): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(answer).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))

const ofNew = async (api: Api, { kind, query, options, enabled, audienceType }: Definition): Promise<Effect> => {
  if (kind === 'computed_trait') return { note: 'computed for everybody once it is made' }
  if (!enabled) return { note: 'disabled: nobody enters' }
  const { filterByExternalIds } = options
  const body = {
    definition: { query },
    audienceType,
    count: 0,
    ...(filterByExternalIds ? { options: { filterByExternalIds } } : {}),
  }
  const preview = objectOf(await api.post('/audiences/previews', body), 'audiencePreview')
  return { numbers: { entered: Number(objectOf(preview, 'size')['count']) } }
}

const ofEdit = async (api: Api, from: Definition, { kind, key, query, options }: Definition): Promise<Effect> => {
  const answer = await api.post(`${KINDS[kind].path}/${key}/edit-previews`, {
    definition: { query },
    options: changedOptionsOf(from.options, options),
  })
  return { numbers: numbersOf(objectOf(answer, 'editPreview')) }
}

/** Asks the space how many people a change would bring in and take out; nothing is saved. */
export const effectOf = async (
  api: Api,
  change: Change,
  keys: { readonly all: ReadonlySet<string>; readonly there: ReadonlySet<string> },
): Promise<Effect> => {
  if (change.type === 'missing') return { note: 'in the space and not in the files; --remove deletes it' }
  const missing = missingReferences(change.to, keys.all, keys.there)
  if (missing.length > 0) return { note: `can be counted once ${missing.join(', ')} is there` }
  if (change.type === 'make') return ofNew(api, change.to)
  const moves = change.fields.includes('query') || change.fields.includes('options')
  return moves ? ofEdit(api, change.from, change.to) : { note: 'nobody moves' }
}
