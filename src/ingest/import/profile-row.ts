import { idFrom } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isBuiltIn, spelled } from '../identifiers.ts'

/** A row of a file with the line that it begins in. */
export type Row = { readonly line: number; readonly fields: readonly string[] }
export type Around = {
  readonly spaceId: string
  readonly importId: string
  readonly startedAt: Date
  readonly header: readonly string[]
  readonly identifiers: ReadonlySet<string>
}

// Identifiers that identify calls carry as traits; user_id and anonymous_id have fields of their own, and all others are external ids.
const IN_TRAITS: ReadonlySet<string> = new Set(['email', 'phone'])

/** A cell as a trait: a number or true/false where the text is exactly how one is written, else the text (`007` stays). */
export const traitOf = (cell: string): Json => {
  if (cell === 'true' || cell === 'false') return cell === 'true'
  return cell !== '' && String(Number(cell)) === cell && Number.isFinite(Number(cell)) ? Number(cell) : cell
}

type Sorted = { readonly ids: ReadonlyMap<string, string>; readonly traits: JsonObject }

const sorted = ({ header, identifiers }: Around, fields: readonly string[]): Sorted => {
  const ids = new Map<string, string>()
  const traits = new Map<string, Json>()
  for (const [at, name] of header.entries()) {
    // A blank cell changes nothing.
    const cell = (fields[at] ?? '').trim()
    if (cell === '') continue
    if (identifiers.has(name)) ids.set(name, cell)
    if (!identifiers.has(name)) traits.set(name, traitOf(cell))
    else if (IN_TRAITS.has(name)) traits.set(name, cell)
  }
  // Not an object filled key by key: a column may be called `__proto__`.
  return { ids, traits: Object.fromEntries(traits) }
}

/**
 * The identify call that a row becomes, or undefined where every identifier of it is blank. A row that names neither user_id nor
 * anonymous_id gets an anonymous id that follows from the identifier it has, so the same file sent again finds the same people.
 */
export const callOfRow = (around: Around, { line, fields }: Row): JsonObject | undefined => {
  const { ids, traits } = sorted(around, fields)
  const [first] = ids
  if (!first) return undefined
  const [type, value] = first
  const [userId, anonymousId] = [ids.get('user_id'), ids.get('anonymous_id')]
  const externalIds = [...ids]
    .filter(([type]) => !IN_TRAITS.has(type) && type !== 'user_id' && type !== 'anonymous_id')
    .map(([type, id]) => ({ type, id, collection: 'users', encoding: 'none' }))
  return {
    type: 'identify',
    messageId: idFrom('import', around.spaceId, around.importId, String(line)),
    timestamp: around.startedAt.toISOString(),
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    ...((userId ?? anonymousId) ? {} : { anonymousId: idFrom('import', around.spaceId, type, spelled(type, value)) }),
    traits,
    context: { library: { name: 'usher-import' }, active: false, ...(externalIds.length > 0 ? { externalIds } : {}) },
  }
}

/** The columns that say who somebody is: those of every space, and those that a person configured. */
export const identifierColumns = (known: Iterable<string>): ReadonlySet<string> => new Set([...BUILT_IN_COLUMNS, ...known])
const BUILT_IN_COLUMNS = [
  'user_id',
  'email',
  'phone',
  'anonymous_id',
  'android.id',
  'android.idfa',
  'android.push_token',
  'ios.id',
  'ios.idfa',
  'ios.push_token',
  'ga_client_id',
  'braze_id',
].filter(isBuiltIn)
