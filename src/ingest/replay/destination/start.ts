import { sql } from 'kysely'
import { Invalid, type Problem, Refused } from '../../../base/errors.ts'
import type { Db } from '../../../db/database.ts'
import { query, run, runOne, transact } from '../../../db/query.ts'
import type { DestinationRow } from '../../../db/rows/destination.ts'
import type { EventType } from '../../../db/rows/event.ts'
import { KEPT_DAYS } from '../../../destination/forget.ts'
import { destinationOf, toolNamed } from '../../../destination/instances.ts'
import { addImport } from '../../import/job.ts'
import { type Asked, lookInto } from './past.ts'

/** What somebody asks for. Without `to` it is everything up to now. */
export type Starting = {
  readonly spaceId: string
  readonly id: string
  readonly destinationId: string
  readonly sourceId: string
  readonly from: Date
  readonly to?: Date | undefined
  readonly types?: readonly EventType[] | undefined
  readonly names?: readonly string[] | undefined
  readonly failedOnly: boolean
  readonly by: string
  readonly now: Date
}

const DAY_MS = 86_400_000

const sourceProblems = ({ source_id, name }: DestinationRow, { sourceId }: Pick<Starting, 'sourceId'>): readonly Problem[] =>
  source_id === sourceId
    ? []
    : [{ field: 'sourceId', message: `is not the source of "${name}"`, remedy: `it gets the calls of "${source_id}"` }]

const spanProblems = ({
  from,
  to,
  failedOnly,
  now,
}: Pick<Starting, 'from' | 'to' | 'failedOnly' | 'now'>): readonly Problem[] => {
  const problems: Problem[] = []
  const oldest = new Date(now.getTime() - KEPT_DAYS * DAY_MS)
  if (from >= now) problems.push({ field: 'from', message: 'is not in the past', remedy: 'begin where something was sent' })
  else if (failedOnly && from < oldest)
    problems.push({
      field: 'from',
      message: `is further back than what failed is kept: ${KEPT_DAYS} days`,
      remedy: `begin at ${oldest.toISOString()} or later, or leave failedOnly out`,
    })
  if (to && to > now) problems.push({ field: 'to', message: 'is not in the past', remedy: 'leave it out: it then ends now' })
  if (to && to <= from)
    problems.push({ field: 'to', message: 'is not after from', remedy: 'name a later instant: it is exclusive' })
  return problems
}

const typeProblems = ({ tool }: DestinationRow, { types }: Pick<Starting, 'types'>): readonly Problem[] => {
  const { name, supported } = toolNamed(tool)
  return (types ?? []).flatMap((type, at) =>
    supported.includes(type)
      ? []
      : [{ field: `types.${at}`, message: `${name} takes no ${type} calls`, remedy: `choose among ${supported.join(', ')}` }],
  )
}

// Asked twice by mistake, everything would be sent twice.
const refuseSecond = async (tx: Db, spaceId: string, { id, name }: DestinationRow): Promise<void> => {
  await run(
    tx,
    query('destination.lock_for_replay', sql`select id from destination where space_id = ${spaceId} and id = ${id} for update`),
  )
  const other = await runOne(
    tx,
    query(
      'import.replaying_to',
      sql<{
        id: string
      }>`select id from import where space_id = ${spaceId} and kind = 'destination_replay' and finished_at is null
        and header ->> 'destinationId' = ${id}::text limit 1`,
    ),
  )
  if (other)
    throw new Refused('replay_running', `A replay to "${name}" is under way (${other.id}): wait until it is done, or cancel it.`)
}

type Looking = Omit<Starting, 'id' | 'by'>

const prepared = async (db: Db, looking: Looking) => {
  const { spaceId, destinationId, sourceId, from, to, types, names, failedOnly, now } = looking
  const destination = await destinationOf(db, spaceId, destinationId)
  const problems = [...sourceProblems(destination, looking), ...spanProblems(looking), ...typeProblems(destination, looking)]
  if (problems.length > 0) throw new Invalid('invalid_replay', problems)
  const span = { from: from.getTime(), to: (to ?? now).getTime() }
  const asked: Asked = { destinationId, ...span, types: types ?? null, names: names ?? null, failedOnly }
  return { destination, ...(await lookInto(db, { spaceId, sourceId, startedAt: now }, asked)) }
}

/** How many calls a replay would send, if it began now. @throws Invalid with what is wrong with the span or the fields, Refused 404. */
export const countToReplay = async (db: Db, looking: Looking): Promise<number> => (await prepared(db, looking)).expected

/**
 * Begins to send what a source sent in a span to one of its destinations again; a worker does it, oldest first. @throws Invalid with what is wrong
 * with the span or the fields, Refused 404 for an unknown destination, 409 while another replay to it is under way.
 */
export const startDestinationReplay = async (db: Db, starting: Starting): Promise<void> => {
  const { spaceId, id, sourceId, by, now } = starting
  const { destination, expected, sending } = await prepared(db, starting)
  await transact(db, async (tx) => {
    await refuseSecond(tx, spaceId, destination)
    await addImport(tx, spaceId, {
      ...{ id, sourceId, expected },
      kind: 'destination_replay',
      fileName: destination.name,
      bytes: 0,
      requestedBy: by,
      startedAt: now,
      header: sending,
    })
  })
}
