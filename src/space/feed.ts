import { sql } from 'kysely'
import { Refused } from '../base/errors.ts'
import type { Db } from '../db/database.ts'
import { query, run, transact } from '../db/query.ts'
import type { SourceFeedRow } from '../db/rows/space.ts'

/** Another space that a source feeds, and what the source is called there. */
export type Feed = { readonly spaceId: string; readonly sourceId: string }

/** The spaces that a source feeds beside its own. */
export const feedsOf = (db: Db, fromSpaceId: string, fromSourceId: string): Promise<readonly Feed[]> =>
  run(
    db,
    query(
      'source_feed.of_source',
      sql<Feed>`select space_id as "spaceId", source_id as "sourceId" from source_feed
        where from_space_id = ${fromSpaceId} and from_source_id = ${fromSourceId} order by space_id`,
    ),
  )

/** A source of another space that feeds this one. */
export type ConnectedSource = SourceFeedRow & { readonly name: string; readonly enabled: boolean }

/** The sources of other spaces that feed this one, newest first. */
export const connectedSources = (db: Db, spaceId: string): Promise<readonly ConnectedSource[]> =>
  run(
    db,
    query(
      'source_feed.list',
      sql<ConnectedSource>`select f.*, s.name, s.enabled from source_feed f
        join source s on s.space_id = ${spaceId} and s.id = f.source_id
        where f.space_id = ${spaceId} order by f.connected_at desc, f.source_id`,
    ),
  )

type NewFeed = SourceFeedRow & { readonly name: string; readonly kind: string; readonly labels: readonly string[] }

/** Lets a source of another space feed this one. @throws Refused 409 where it does already. */
export const addFeed = (db: Db, feed: NewFeed): Promise<void> =>
  transact(db, async (tx) => {
    const added = await run(
      tx,
      query(
        'source_feed.add',
        sql<{
          source_id: string
        }>`insert into source_feed (space_id, source_id, from_space_id, from_source_id, connected_at, connected_by)
          values (${feed.space_id}, ${feed.source_id}, ${feed.from_space_id}, ${feed.from_source_id}, ${feed.connected_at}::timestamptz, ${feed.connected_by})
          on conflict do nothing returning source_id`,
      ),
    )
    if (added.length === 0)
      throw new Refused('source_is_connected', `The source "${feed.name}" is connected already: disconnect it first.`)
    await run(
      tx,
      query(
        'source.connect',
        sql`insert into source (space_id, id, name, kind, labels, created_at)
          values (${feed.space_id}, ${feed.source_id}, ${feed.name}, ${feed.kind}, ${feed.labels}::text[], ${feed.connected_at}::timestamptz)`,
      ),
    )
  })

/** Ends it: what came in stays, and the source stays as where it came from. Answers whether it was there. */
export const removeFeed = async (db: Db, spaceId: string, sourceId: string): Promise<boolean> => {
  const gone = await run(
    db,
    query(
      'source_feed.remove',
      sql<{
        source_id: string
      }>`delete from source_feed where space_id = ${spaceId} and source_id = ${sourceId} returning source_id`,
    ),
  )
  return gone.length > 0
}
