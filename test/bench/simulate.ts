import type pg from 'pg'
import type { Condition } from '../../src/audience/condition.ts'
import { must } from '../../src/base/must.ts'
import { readNouns } from '../../src/dev/sample/space.ts'
import { JourneyDefinition } from '../../src/journey/definition.ts'
import { simulate as runSimulation, type Simulated } from '../../src/journey/simulate.ts'
import { aside, type Bench, type Figure, load, type Opened, roundMedians, timed } from './bench.ts'
import { addAudience } from './support/audiences.ts'
import { CLOSED, OPENED, openCdnow, SHOP } from './support/cdnow.ts'

const NAIVE_PEOPLE = 2_000
const ROUNDS = 3
const WAIT = '7 days'

const noun = (folder: 'audiences' | 'journeys', key: string) =>
  must(
    readNouns(folder).find((each) => each.key === key),
    key,
  )

// The sample waits a minute, so that it can be watched; in earnest it is a week.
const winBack = (): JourneyDefinition => {
  const definition = JourneyDefinition.parse(noun('journeys', 'win_back')['definition'])
  const { wait, bought_since: split } = definition.steps
  if (wait?.type !== 'delay' || split?.type !== 'split') throw new Error('the sample journey is another than it was')
  const within = structuredClone(split)
  for (const { condition } of within.branches) if (condition.type === 'event') Object.assign(condition.event, { within: WAIT })
  return { ...definition, steps: { ...definition.steps, wait: { ...wait, for: WAIT }, bought_since: within } }
}

const addLapsing = async ({ connection }: Opened): Promise<void> => {
  const { definition } = noun('audiences', 'lapsing') as unknown as { definition: { condition: Condition } }
  await addAudience(connection, SHOP, 'lapsing', definition.condition, CLOSED)
}

type Walked = { entered: number; mailed: number; texted: number }

const ENTERS = `select t.at from (
    select timestamp + interval '60 days' as at, lead(timestamp) over (order by timestamp) as next from event
    where space_id = $1 and profile_id = md5('customer ' || $2::integer)::uuid and name = 'Order Completed' and timestamp <= $3) t
  where (t.next is null or t.next > t.at) and t.at < $3 order by t.at limit 1`
const BOUGHT = `select 1 from event where space_id = $1 and profile_id = md5('customer ' || $2::integer)::uuid and name = 'Order Completed'
  and timestamp > $3 and timestamp <= $3::timestamptz + interval '7 days' limit 1`

// How a script would do it: for each person, a query for each thing that must be known on the way.
const walkOne = async (client: pg.PoolClient, n: number, walked: Walked): Promise<void> => {
  const { rows } = await client.query<{ at: Date }>(ENTERS, [SHOP, n, CLOSED])
  const at = rows[0]?.at
  if (!at) return
  walked.entered++
  walked.mailed++
  const left = await client.query(BOUGHT, [SHOP, n, at])
  if (left.rows.length > 0 || at.getTime() + 7 * 86_400_000 >= CLOSED.getTime()) return
  const bought = await client.query(BOUGHT, [SHOP, n, at])
  if (bought.rows.length === 0) walked.texted++
}

const walkNaively = async ({ connection }: Opened): Promise<Walked> => {
  const walked: Walked = { entered: 0, mailed: 0, texted: 0 }
  const client = await connection.pool.connect()
  try {
    for (let n = 1; n <= NAIVE_PEOPLE; n++) await walkOne(client, n, walked)
  } finally {
    client.release()
  }
  return walked
}

// The same people on both sides: what both say about them must be the same.
const agrees = async ({ connection }: Opened, { runs }: Simulated, naive: Walked): Promise<boolean> => {
  const { rows } = await connection.pool.query<{ id: string }>(
    `select md5('customer ' || n)::uuid as id from generate_series(1, ${NAIVE_PEOPLE}) as n`,
  )
  const some = new Set(rows.map((row) => row.id))
  const theirs = runs.filter((run) => some.has(run.profile))
  const texted = theirs.filter(({ ended }) => ended?.how === 'completed' && ended.step === 'reminder')
  return theirs.length === naive.entered && texted.length === naive.texted
}

const figure = (ours: number, other: number, { entered, messages }: Simulated, same: boolean): Figure => ({
  name: 'simulate: win-back over every purchase of CDNOW',
  ours,
  other,
  unit: 'profile-journeys/s',
  ratio: ours / other,
  goal: '≥ 10,000 profile-journeys/s',
  met: same && ours >= 10_000,
  note: `${entered.toLocaleString('en')} people entered, ${messages.email.toLocaleString('en')} mails, ${messages.sms.toLocaleString('en')} texts; other: a query for each person and step, ${NAIVE_PEOPLE} people${same ? '' : ', AND IT FINDS SOMETHING ELSE'}; ${load()}`,
})

/** A dry run of the sample's win-back journey over the 18 months of a real shop, against a script that asks about one person after the other. */
export const simulate: Bench = {
  name: 'simulate',
  what: 'the win-back journey over the 69,659 purchases of 23,570 people, against a loop with a query per person and step',
  run: async (place) => {
    await openCdnow(place)
    await addLapsing(place)
    const definition = winBack()
    let simulated: Simulated | undefined
    let naive: Walked | undefined
    const took = await roundMedians(ROUNDS, {
      ours: () =>
        timed(async () => {
          simulated = await runSimulation(place.connection.db, SHOP, 'jou_win_back', definition, { from: OPENED, to: CLOSED })
        }),
      other: () =>
        timed(async () => {
          naive = await walkNaively(place)
        }),
    })
    const [result, script] = [must(simulated, 'a simulation'), must(naive, 'a walk')]
    const rates = [(result.entered / took.ours) * 1_000, (script.entered / took.other) * 1_000] as const
    return [
      figure(...rates, result, await agrees(place, result, script)),
      aside('simulate: the whole', took.ours, 'ms', { note: `${rates[0].toFixed(0)} people entered a second` }),
    ]
  },
}
