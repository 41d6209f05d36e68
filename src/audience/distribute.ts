import { sql } from 'kysely'
import { crashPoint } from '../base/crash-point.ts'
import { later } from '../base/later.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne, transact } from '../db/query.ts'
import type { Catalog } from './catalog.ts'
import { type Clock, crossEdges, edgesOf, nextCrossing, setClock, takeClock, wakeClock } from './clock.ts'
import { type Computation, loadComputations } from './computation.ts'
import { EVERYBODY } from './due.ts'

// At most this many changes are taken at once, so that no transaction grows without bound; the next ones follow at once.
const CHANGES = 10_000

/** What a change may be about, and the computations that look again when it is. */
type Mention = {
  readonly kind: 'event' | 'trait' | 'new' | 'any'
  readonly name: string
  readonly ids: readonly string[]
}

const mentionsOf = (computations: readonly Computation[]): readonly Mention[] => {
  const mentions = new Map<string, { kind: Mention['kind']; name: string; ids: string[] }>()
  const add = (kind: Mention['kind'], name: string, id: string): void => {
    const mention = mentions.get(`${kind} ${name}`) ?? { kind, name, ids: [] }
    if (!mention.ids.includes(id)) mention.ids.push(id)
    mentions.set(`${kind} ${name}`, mention)
  }
  // What is computed in full now and then hears of nothing in between.
  for (const { id, references } of computations.filter(({ options }) => !options.recompute)) {
    for (const { name } of references.events) add('event', name, id)
    for (const name of references.traits) add('trait', name, id)
    if (references.holdsForStrangers) add('new', '', id)
    add('any', '', id)
  }
  return [...mentions.values()]
}

type Taken = { readonly taken: number; readonly computations: readonly string[] }

/*
 * Takes changes and says for whom they matter, in one statement: a batch for each thing that they are about. `any`: the change says that everything may be another (`*`, or nothing in
 * particular), or the profile went into another, whose memberships an evaluation at the same moment may still have written. `new`: the
 * profile is not older than the change, so that it must be looked at by whatever holds for strangers. Whoever has the clock is alone here;
 * `skip locked` passes by rows that a merge is moving. Materialized: as `in (select … limit)` a nested loop may ask it anew for each row, and
 * then takes more than the limit.
 */
const takeChanges = async (
  tx: Db,
  spaceId: string,
  batch: string,
  mentions: readonly Mention[],
  most: number,
): Promise<Taken> => {
  const pairs = mentions.flatMap(({ ids }, index) => ids.map((id) => ({ index, id })))
  const row = await runOne(
    tx,
    query(
      'profile_change.take',
      sql<Taken>`with next as materialized (
          select profile_id, id from profile_change where space_id = ${spaceId} and claim is null
          order by changed_at, profile_id, id limit ${most}::integer for update skip locked),
        taken as (
          delete from profile_change where space_id = ${spaceId} and (profile_id, id) in (select profile_id, id from next)
          returning profile_id, event_names, trait_keys, changed_at),
        mentioned as (
          insert into due_profile (space_id, batch, profile_id)
          select distinct ${spaceId}, ${batch}::text || '.' || m.mention, n.profile_id
          from taken t
            left join profile p on p.space_id = ${spaceId} and p.id = t.profile_id
            cross join lateral (
              select 'event' as kind, unnest(t.event_names) as name, t.profile_id
              union all select 'trait', unnest(t.trait_keys), t.profile_id
              union all select 'new', '', t.profile_id where p.created_at >= t.changed_at
              union all select 'any', '', t.profile_id where '*' = any(t.trait_keys) or cardinality(t.event_names || t.trait_keys) = 0
              union all select 'any', '', g.loser_id from profile_merge g where g.space_id = ${spaceId} and g.profile_id = t.profile_id
                and g.merged_at >= t.changed_at - interval '1 minute') as n
            join unnest(${mentions.map((_, index) => index)}::integer[], ${mentions.map((each) => each.kind)}::text[],
              ${mentions.map((each) => each.name)}::text[]) as m (mention, kind, name) on m.kind = n.kind and m.name = n.name
          order by 2, n.profile_id on conflict do nothing returning batch),
        due as (
          insert into computation_due (space_id, computation_id, batch, profiles)
          select ${spaceId}, c.computation_id, b.batch, b.profiles
          from (select batch, count(*) as profiles from mentioned group by batch) b
            join unnest(${pairs.map((each) => each.index)}::integer[], ${pairs.map((each) => each.id)}::text[]) as c (mention, computation_id)
              on b.batch = ${batch}::text || '.' || c.mention
          order by c.computation_id, b.batch on conflict do nothing returning computation_id)
        select (select count(*) from taken) as taken, array(select distinct computation_id from due order by 1) as computations`,
    ),
  )
  return must(row, 'one row')
}

// The wake-up is taken with its row: the evaluation writes the next one. One that an evaluation holds is passed by, for it is being rewritten.
const takeWakes = async (tx: Db, spaceId: string, batch: string, ids: readonly string[], now: Date): Promise<void> => {
  await run(
    tx,
    query(
      'computation_wake.take',
      sql`with woken as (
          delete from computation_wake where space_id = ${spaceId} and due_at <= ${now}::timestamptz and (computation_id, profile_id) in (
            select computation_id, profile_id from computation_wake where space_id = ${spaceId} and due_at <= ${now}::timestamptz
            for update skip locked)
          returning computation_id, profile_id),
        waking as (
          insert into due_profile (space_id, batch, profile_id)
          select ${spaceId}, ${batch}::text || '.wake ' || w.computation_id, w.profile_id from woken w
          order by 2, w.profile_id on conflict do nothing returning batch, profile_id)
        insert into computation_due (space_id, computation_id, batch, profiles)
        select ${spaceId}, c.id, b.batch, b.profiles
        from (select batch, case when bool_or(profile_id = ${EVERYBODY}::uuid) then null else count(*) end as profiles
            from waking group by batch) b
          join unnest(${ids}::text[]) as c (id) on b.batch = ${batch}::text || '.wake ' || c.id
        order by c.id on conflict do nothing`,
    ),
  )
}

type Batch = { readonly batch: string; readonly mentions: readonly Mention[] }

// Every event that has an edge is mentioned, and by all that have the edge.
const moveClock = async (
  tx: Db,
  spaceId: string,
  computations: readonly Computation[],
  { batch, mentions }: Batch,
  clock: Clock,
  now: Date,
): Promise<Clock> => {
  const edges = edgesOf(computations)
  const places = new Map(mentions.flatMap(({ kind, name }, place) => (kind === 'event' ? [[name, place]] : [])))
  const mentioned = (name: string): string => `${batch}.${places.get(name)}`
  await crossEdges(tx, spaceId, batch, edges, { movedAt: clock.movedAt, now, mentioned })
  const nextInstant = await nextCrossing(tx, spaceId, edges, now)
  return { movedAt: now, nextInstant, batch: clock.batch + 1 }
}

/** Whether there is more to distribute, and the definitions that it went by. */
export type Distributed = { readonly more: boolean; readonly catalog: Catalog; readonly computations: readonly Computation[] }

/**
 * Turns what happened in a space since the last time (changed profiles, window edges and dates that the time between moved) into who is due
 * for which computation. Never goes back in time: another worker's clock may be ahead.
 */
export const distribute = (db: Db, spaceId: string, at: Date, most: number = CHANGES): Promise<Distributed> =>
  transact(db, async (tx) => {
    const clock = await takeClock(tx, spaceId)
    // Under the clock, which whoever saves a definition takes too: by an older one, what it does not mention would be taken and lost, and the
    // clock set past its edges.
    const { catalog, computations } = await loadComputations(tx, spaceId)
    if (!clock) {
      await wakeClock(tx, spaceId, at)
      return { more: true, catalog, computations }
    }
    const now = later(at, clock.movedAt)
    const batch = String(clock.batch + 1)
    const mentions = mentionsOf(computations)
    const { taken, computations: touched } = await takeChanges(tx, spaceId, batch, mentions, most)
    await takeWakes(tx, spaceId, batch, computations.map((each) => each.id).toSorted(), now)
    // A late event may bring the next crossing nearer, so windows that were touched are looked at again.
    const windowed = new Set(edgesOf(computations).flatMap((edge) => edge.computations))
    const moves = (clock.nextInstant !== null && clock.nextInstant <= now) || touched.some((id) => windowed.has(id))
    await setClock(
      tx,
      spaceId,
      moves ? await moveClock(tx, spaceId, computations, { batch, mentions }, clock, now) : { ...clock, batch: clock.batch + 1 },
    )
    crashPoint('audience.distributed')
    return { more: taken === most, catalog, computations }
  })
