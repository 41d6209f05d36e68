import { sql } from 'kysely'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { query, run } from '../db/query.ts'
import type { TransformationRow } from '../db/rows/transformation.ts'
import { type Gate, PASS, type Verdict } from '../event/verdict.ts'
import { CHANGES } from './changes/index.ts'
import { Definition } from './definition.ts'
import { withOpenKey } from './secret.ts'

export type Asked = Pick<TransformationRow, 'id' | 'name' | 'type' | 'event' | 'definition'>

const compiled = ({ id, name, definition, ...subject }: Asked): ((call: JsonObject) => Verdict) => {
  const wanted = Definition.parse(definition)
  const reason = `is dropped by the transformation "${name}"`
  if (wanted.drop) return () => ({ kind: 'drop', code: 'transformation', reason, by: id })
  const changes = Object.values(CHANGES).flatMap((make) => make(wanted, subject) ?? [])
  return (call) => {
    const did: string[] = []
    const changed = changes.reduce((now, change) => change(now, did), call)
    return did.length === 0 ? PASS : { kind: 'change', call: changed, did: did.map((one) => `${name}: ${one}`) }
  }
}

const keyOf = (type: unknown, event: unknown): string => (type === 'track' ? `track ${String(event)}` : String(type))

/** One gate of several transformations, at most one of which is about a call (spec/connections §1.7). Compiled once; a call that none is about costs one look-up. */
export const transformationGate = (transformations: readonly Asked[]): Gate => {
  const bySubject = new Map(transformations.map((one) => [keyOf(one.type, one.event), compiled(one)]))
  return (call) => bySubject.get(keyOf(call['type'], call['event']))?.(call) ?? PASS
}

/** The enabled transformations of a source: those before anything is stored, or with a destination those before that tool gets a call. */
export const transformationsAt = async (
  db: Db,
  spaceId: string,
  sourceId: string,
  destination = '',
): Promise<readonly Asked[]> => {
  const rows = await run(
    db,
    query(
      'transformation.at',
      sql<Asked>`select id, name, type, event, definition from transformation
        where space_id = ${spaceId} and source_id = ${sourceId} and destination = ${destination} and enabled order by id`,
    ),
  )
  return rows.map((row) => withOpenKey(db, row))
}
