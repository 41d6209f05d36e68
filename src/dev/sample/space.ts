import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { isObject, type JsonObject } from '../../base/json.ts'
import type { Db } from '../../db/database.ts'
import { query, run, runOne } from '../../db/query.ts'
import { createSource, createSpace, createToken } from '../../space/space.ts'
import { connectMailbox, type Mailbox } from '../mailbox.ts'
import { historyCalls } from './calls.ts'
import { type Client, createClient } from './client.ts'
import { readCustomers } from './purchases.ts'
import { sendAll } from './send.ts'
import { readTemplateFiles } from './template-files.ts'

export const SAMPLE_SPACE = 'spa_sample'
const SOURCE = 'src_shop'
const FOLDER = new URL('../../../templates/sample/', import.meta.url)

export type SampleInput = {
  readonly db: Db
  readonly url: string
  readonly token: string
  readonly writeKey: string
  readonly mailbox: Mailbox
  readonly now: Date
  readonly stopping: AbortSignal
  readonly tell: (text: string) => void
}

type Noun = JsonObject & { readonly name: string; readonly key: string }

/** What a new space is given of a noun, in the order in which it is made. */
export const readNouns = (folder: 'audiences' | 'journeys'): readonly Noun[] => {
  const files = readdirSync(new URL(`${folder}/`, FOLDER)).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => JSON.parse(readFileSync(new URL(`${folder}/${file}`, FOLDER), 'utf8')) as Noun)
}

const keysOf = async (client: Client, noun: 'templates' | 'audiences' | 'journeys'): Promise<ReadonlyMap<string, JsonObject>> => {
  const list = (await client.get(`/${noun}?count=100`))[noun]
  return new Map((Array.isArray(list) ? list : []).filter(isObject).map((each) => [String(each['key']), each]))
}

const makeMissing = async (
  client: Client,
  noun: 'templates' | 'audiences' | 'journeys',
  wanted: readonly { key: string }[],
): Promise<void> => {
  const there = await keysOf(client, noun)
  for (const each of wanted) if (!there.has(each.key)) await client.post(`/${noun}`, each)
}

/** Keys and accounts that nobody may make by HTTP. Ports change from start to start, so the mailbox is connected each time. */
const openSpace = async ({ db, token, writeKey, mailbox, now }: SampleInput): Promise<void> => {
  await createSpace(db, { id: SAMPLE_SPACE, slug: 'sample', name: 'Sample Records' }, now)
  await createSource(db, { spaceId: SAMPLE_SPACE, id: SOURCE, name: 'Shop', kind: 'server', writeKey }, now)
  await createToken(db, { spaceId: SAMPLE_SPACE, name: 'npm start', secret: token }, now)
  await connectMailbox(db, SAMPLE_SPACE, mailbox, now)
}

const publishAll = async (client: Client): Promise<void> => {
  for (const [key, { status }] of await keysOf(client, 'journeys'))
    if (status === 'draft' || status === 'DRAFT') await client.post(`/journeys/${key}/publish`)
}

const eventsThere = async (db: Db): Promise<number> => {
  const row = await runOne(
    db,
    query(
      'dev.sample_events',
      sql<{ count: number }>`select count(*) as count from event where space_id = ${SAMPLE_SPACE} and message_id like 'sample-%'`,
    ),
  )
  return row?.count ?? 0
}

// Evaluation begins while the history still comes in, and a plan made for an empty table took 10 s where 50 ms are enough.
const tellPlanner = async (db: Db): Promise<void> => void (await run(db, query('dev.analyze', sql`analyze`)))

const importHistory = async (input: SampleInput): Promise<void> => {
  const people = historyCalls(readCustomers(), input.now)
  const all = people.reduce((sum, calls) => sum + calls.length, 0)
  if ((await eventsThere(input.db)) >= all) return
  const { url, writeKey, stopping, tell } = input
  const progress = (sent: number): void => tell(`18 months of purchases, ${Math.round((100 * sent) / all)} %`)
  const sending = { url, writeKey, stopping }
  const taste = people.slice(0, 100)
  progress(0)
  await sendAll(taste, { ...sending, progress: () => {} })
  await tellPlanner(input.db)
  await sendAll(people, { ...sending, progress })
  await tellPlanner(input.db)
}

const AUDIENCES_WITHIN_MS = 20_000

/** Journeys are published when the audiences have their members, so that the first who enter are those who are in now. */
const audiencesReady = async (client: Client, stopping: AbortSignal): Promise<void> => {
  const end = Date.now() + AUDIENCES_WITHIN_MS
  while (Date.now() < end && !stopping.aborted) {
    const statuses = [...(await keysOf(client, 'audiences')).values()].map(({ status }) => String(status).toLowerCase())
    if (statuses.every((status) => status === 'live' || status === 'failed' || status === 'error')) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/**
 * Fills the sample space through the HTTP API like any customer: templates, audiences, the history, journeys. What is there already stays, so
 * a start that was interrupted goes on where it was. Answers what was done, in a line.
 */
export const fillSampleSpace = async (input: SampleInput): Promise<string> => {
  const { url, token, stopping, tell } = input
  await openSpace(input)
  const client = createClient(url, SAMPLE_SPACE, token, stopping)
  const journeys = readNouns('journeys')
  const there = await keysOf(client, 'journeys')
  if (journeys.every(({ key }) => there.has(key))) {
    await publishAll(client)
    return 'Sample space is there; it goes on where it was'
  }
  const began = Date.now()
  tell('templates and audiences')
  await makeMissing(client, 'templates', readTemplateFiles())
  await makeMissing(client, 'audiences', readNouns('audiences'))
  await importHistory(input)
  tell('evaluating the audiences')
  await audiencesReady(client, stopping)
  tell('publishing the journeys')
  await makeMissing(client, 'journeys', journeys)
  await publishAll(client)
  return `Sample space: 2,357 people, 6,919 purchases (${((Date.now() - began) / 1_000).toFixed(1)} s)`
}
