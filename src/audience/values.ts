import { sql } from 'kysely'
import type { Json } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { query, run, runOne } from '../db/query.ts'
import type { Collection } from '../profile/identifier.ts'
import type { Limits } from '../space/limit.ts'
import { loadCatalog } from './catalog.ts'
import { compileValue } from './compute.ts'
import type { ComputedTraitDefinition } from './condition.ts'
import { eligibilityOf, type Options } from './options.ts'
import { type PersonColumns, personColumns } from './person.ts'
import { look, type Waits } from './preview/look.ts'
import { refuseProblems } from './refuse.ts'
import { problemsOfTrait } from './validate.ts'

/* The values of a computed trait, as somebody looks at them: whose, how they are spread, and before it is saved. */

export type Valued = PersonColumns & { readonly value: Json }
/** Of values that are numbers; null where none is. */
export type Numbers = { readonly low: number; readonly high: number; readonly average: number }

type Totals = {
  readonly total: number
  readonly low: number | null
  readonly high: number | null
  readonly average: number | null
}

// A sum of what JavaScript has numbers for may be beyond them.
const within = (number: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(number)))

const numbersOf = (row: Omit<Totals, 'total'> | undefined): Numbers | null =>
  row?.low == null || row.high === null || row.average === null
    ? null
    : { low: within(row.low), high: within(row.high), average: within(row.average) }

const number = (value: ReturnType<typeof sql>) => sql`case when jsonb_typeof(${value}) = 'number' then decimal_of(${value}) end`

export type TraitPreviewOptions = {
  readonly now: Date
  readonly count: number
  readonly collection?: Collection | undefined
  readonly options?: Options | undefined
  readonly limits?: Limits | undefined
  readonly waits?: Waits | undefined
}
export type TraitPreview = { readonly count: number; readonly numbers: Numbers | null; readonly people: readonly Valued[] }

/** Who would have a value of a computed trait, and which, exactly, in one query; nothing is saved. @throws Invalid as saving would, and as `look`. */
export const previewTrait = async (
  db: Db,
  spaceId: string,
  definition: ComputedTraitDefinition,
  { now, count, collection = 'users', options = {}, limits, waits = {} }: TraitPreviewOptions,
): Promise<TraitPreview> => {
  refuseProblems(problemsOfTrait(definition, limits, collection))
  const eligible = { ...eligibilityOf(definition, { collection, options, createdAt: now }), since: undefined }
  const values = compileValue(definition, { spaceId, now, catalog: await loadCatalog(db, spaceId), ...eligible })
  const previewed = query(
    'computed_trait.preview*',
    sql<Valued & Totals>`select ${personColumns}, p.traits, m.value, m.total, m.low, m.high, m.average
        from (select n.profile_id, n.value, count(*) over () as total, min(${number(sql`n.value`)}) over () as low,
            max(${number(sql`n.value`)}) over () as high, round(avg(${number(sql`n.value`)}) over (), 4) as average
          from (${values}) as n order by n.profile_id limit ${Math.max(1, count)}::integer) as m
          join profile p on p.space_id = ${spaceId} and p.id = m.profile_id
        order by m.profile_id`,
  )
  const rows = await look(db, waits, (tx) => run(tx, previewed))
  const people = rows.slice(0, count).map(({ total: _, low: __, high: ___, average: ____, ...person }) => person)
  return { count: rows[0]?.total ?? 0, numbers: numbersOf(rows[0]), people }
}

export type ValuesPage = {
  readonly count: number
  readonly after?: string | undefined
  /** Looks into identifiers and names. */
  readonly search?: string | undefined
  /** Only this value, or lists that have it. */
  readonly value?: Json | undefined
  /** Only numbers from here on, and below there. */
  readonly from?: number | undefined
  readonly below?: number | undefined
}

/** Whoever has a value, in the order of their ids, after a profile. */
export const valuesOf = (
  db: Db,
  spaceId: string,
  id: string,
  { count, after, search, value, from, below }: ValuesPage,
): Promise<readonly (Valued & { readonly changedAt: Date })[]> => {
  const wanted = value === undefined ? null : JSON.stringify(value)
  const found = `%${(search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
  return run(
    db,
    query(
      'computed_value.list',
      sql<Valued & { changedAt: Date }>`select ${personColumns}, p.traits, v.value, v.changed_at as "changedAt"
        from computed_value v join profile p on p.space_id = ${spaceId} and p.id = v.profile_id
        where v.space_id = ${spaceId} and v.computed_trait_id = ${id}
          and (${after ?? null}::uuid is null or v.profile_id > ${after ?? null}::uuid)
          and (p.identifiers::text ilike ${found} or coalesce(p.traits ->> 'name', '') ilike ${found})
          and (${wanted}::jsonb is null or v.value = ${wanted}::jsonb or jsonb_typeof(v.value) = 'array' and v.value @> ${wanted}::jsonb)
          and (${from ?? null}::numeric is null or ${number(sql`v.value`)} >= ${from ?? null}::numeric)
          and (${below ?? null}::numeric is null or ${number(sql`v.value`)} < ${below ?? null}::numeric)
        order by v.profile_id limit ${count}::integer`,
    ),
  )
}

export type Bin = { readonly from: number; readonly below: number | null; readonly people: number }
export type Common = { readonly value: Json; readonly people: number }
export type Spread = {
  readonly people: number
  readonly numbers: Numbers | null
  /** Numbers in ten equal steps from the least to the greatest; the last one has no end. */
  readonly bins: readonly Bin[]
  /** The most common values, of lists their entries, most common first. */
  readonly commonest: readonly Common[]
}

const BINS = 10
const SHOWN = 12

const binsOf = async (db: Db, spaceId: string, id: string, { low, high }: Numbers): Promise<readonly Bin[]> => {
  if (low === high) return []
  const rows = await run(
    db,
    query(
      'computed_value.bins',
      sql<{ bin: number; people: number }>`select greatest(1, least(${BINS}::integer,
            width_bucket(decimal_of(v.value), ${low}::numeric, ${high}::numeric, ${BINS}::integer))) as bin, count(*) as people
        from computed_value v where v.space_id = ${spaceId} and v.computed_trait_id = ${id} and jsonb_typeof(v.value) = 'number'
        group by 1 order by 1`,
    ),
  )
  const width = (high - low) * BINS
  const edge = (bin: number): number =>
    Number.isFinite(width) ? low + ((high - low) * bin) / BINS : low * (1 - bin / BINS) + high * (bin / BINS)
  return Array.from({ length: BINS }, (_, bin) => ({
    from: edge(bin),
    below: bin === BINS - 1 ? null : edge(bin + 1),
    people: rows.find((row) => row.bin === bin + 1)?.people ?? 0,
  }))
}

/** How the values of a computed trait are spread: how many people have one, the least, greatest and average, the most common. */
export const spreadOf = async (db: Db, spaceId: string, id: string): Promise<Spread> => {
  const totals = await runOne(
    db,
    query(
      'computed_value.totals',
      sql<Totals>`select count(*) as total, min(${number(sql`v.value`)}) as low, max(${number(sql`v.value`)}) as high,
          round(avg(${number(sql`v.value`)}), 4) as average
        from computed_value v where v.space_id = ${spaceId} and v.computed_trait_id = ${id}`,
    ),
  )
  const commonest = await run(
    db,
    query(
      'computed_value.commonest',
      sql<Common>`select x.entry as value, count(*) as people
        from computed_value v cross join lateral jsonb_array_elements(
          case when jsonb_typeof(v.value) = 'array' then v.value else jsonb_build_array(v.value) end) as x (entry)
        where v.space_id = ${spaceId} and v.computed_trait_id = ${id}
        group by 1 order by 2 desc, 1 limit ${SHOWN + 1}::integer`,
    ),
  )
  const numbers = numbersOf(totals)
  const few = commonest.length <= SHOWN
  return {
    people: must(totals, 'one row').total,
    numbers,
    bins: numbers && !few ? await binsOf(db, spaceId, id, numbers) : [],
    commonest: commonest.slice(0, SHOWN),
  }
}

/** Of one computed trait: how many have a value (as many as were counted, at most), one of the values, and its last full computation. */
export type TraitFigures = {
  readonly id: string
  readonly people: number
  readonly example: Json
  readonly checkedAt: Date | null
  readonly drift: number | null
}

/** How far the people of one trait are counted where all traits are shown at once. */
export const COUNTED = 100_000

/** What a list says beside each computed trait of the space; cheap for any number of people. */
export const figuresOf = (db: Db, spaceId: string): Promise<readonly TraitFigures[]> =>
  run(
    db,
    query(
      'computed_trait.figures',
      sql<TraitFigures>`select t.id, r.finished_at as "checkedAt", r.drift,
          (select count(*) from (select from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = t.id
            limit ${COUNTED + 1}::integer) as f) as people,
          (select c.value from computed_value c where c.space_id = ${spaceId} and c.computed_trait_id = t.id
            order by c.profile_id desc limit 1) as example
        from computed_trait t left join computation_run r on r.space_id = ${spaceId} and r.computation_id = t.id
        where t.space_id = ${spaceId} and t.deleted_at is null order by t.id`,
    ),
  )
