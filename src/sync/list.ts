import { crashPoint } from '../base/crash-point.ts'
import { Misconfigured } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Db } from '../db/database.ts'
import { transact } from '../db/query.ts'
import type { ListTool, Outgoing, Settings } from '../destination/destination.ts'
import { toolOf } from '../destination/destinations/index.ts'
import { findDestination } from '../destination/instances.ts'
import { type Outcome, waitAfter } from '../destination/retry.ts'
import { exchange } from '../destination/send.ts'
import { openSettings } from '../destination/settings.ts'
import { without } from './addressee.ts'
import { callsOf, type Said, type Saying, toSay } from './agree.ts'
import { type Connected, connectionsTo } from './connected.ts'
import { type Due, holdList, keepList, letListGo, listsWithMarks, type Rest, stillHeld } from './hold.ts'
import { type Mark, marked, unmark } from './mark.ts'
import { toolsOf } from './react.ts'
import { keepTold, lookUp } from './told.ts'

/** What sending to lists needs from outside. */
export type ListContext = {
  readonly db: Db
  readonly now: () => Date
  readonly newClaim: () => string
  /** From 0 to 1. */
  readonly random: () => number
  /** The only hosts that destinations may be at, where the operator names some. */
  readonly hosts?: readonly string[] | undefined
}

/** A list that this worker has, and how its tool is asked. */
export type Work = ListContext & {
  readonly connected: Connected
  readonly holder: string
  readonly tool: ListTool
  readonly settings: Settings
  readonly destinations: readonly string[]
}
/** Why a tool did not take something. */
export type Trouble = Exclude<Outcome, { kind: 'delivered' }>

/** What a request to a list's tool is made of. */
export const making = ({ settings, connected: { name, extras }, now }: Work) => ({ settings, name, extras, now: now() })

/** Asks a list's tool; by its id it knows a request that comes again. */
export const ask = ({ now, hosts }: Work, outgoing: Outgoing, id: string) =>
  exchange({ ...outgoing, headers: { 'user-agent': 'Usher', ...outgoing.headers, 'usher-delivery-id': id } }, { now, hosts })

// Made once: its id is kept before anybody is sent to it.
const makeList = async (work: Work): Promise<string | Trouble> => {
  const { tool, connected, db } = work
  const { outcome, response } = await ask(work, tool.create(making(work)), connected.id)
  crashPoint('sync.list_created')
  if (outcome.kind !== 'delivered') return outcome
  const listId = tool.createdIn(response ?? '')
  if (listId === undefined)
    return { kind: 'failed', reason: 'no_external_id', detail: 'The answer to creating the audience has no externalId.' }
  await keepList(db, connected, listId)
  return listId
}

const itemsOf = ({ connected, destinations, now }: Work, said: Saying): readonly JsonObject[] =>
  said.to.flatMap((to) => callsOf(connected, destinations, said, to, now()).filter(({ type }) => type === 'track'))

/** Of whom one request speaks, and its items. */
export type Part<S extends Saying = Said> = { readonly said: readonly S[]; readonly items: readonly JsonObject[] }

/** As many people as fit into each request; somebody with more items than that is sent alone. */
export const partsOf = <S extends Saying>(work: Work, said: readonly S[]): readonly Part<S>[] => {
  const parts: Part<S>[] = []
  for (const one of said) {
    const items = itemsOf(work, one)
    const last = parts.at(-1)
    if (last && last.items.length + items.length <= work.tool.batch)
      parts.splice(-1, 1, { said: [...last.said, one], items: [...last.items, ...items] })
    else parts.push({ said: [one], items })
  }
  return parts
}

const marksOf = (marks: readonly Mark[], said: readonly Said[]): readonly Mark[] => {
  const ids = new Set(said.map(({ person }) => person.profileId))
  return marks.filter(({ profileId }) => ids.has(profileId))
}

// Kept as told, and the marks taken away, in one transaction; false where another worker has the list now.
const record = ({ db, connected, holder }: Work, told: readonly Said[], done: readonly Mark[]): Promise<boolean> =>
  transact(db, async (tx) => {
    if (!(await stillHeld(tx, connected, holder))) return false
    await keepTold(
      tx,
      connected,
      told.map(({ telling }) => telling),
    )
    await unmark(tx, connected.spaceId, connected.id, done)
    return true
  })

/** The request itself is at fault, and one item may be why: the others are sent without it. */
export const SPLIT: ReadonlySet<string> = new Set(['400', '413', '422'])
/** Two requests in place of one. */
export const halvesOf = <S extends Saying>(work: Work, { said }: Part<S>): readonly Part<S>[] =>
  [said.slice(0, said.length >> 1), said.slice(said.length >> 1)].flatMap((half) => partsOf(work, half))

// Before it is sent: whether a request that fails did anything, nobody knows. Who is told of so is told again under every identifier, or taken back
// under each, whatever is so by then.
const UNSURE = '?'
const intend = ({ db, connected, holder, now }: Work, { said }: Part): Promise<boolean> =>
  transact(db, async (tx) => {
    if (!(await holdList(tx, connected, holder, now()))) return false
    await keepTold(
      tx,
      connected,
      said.map(({ person: { profileId, ids }, telling: { at }, to }) => {
        const known = ids ?? []
        return { profileId, value: UNSURE, ids: [...known, ...without(to, known)], at }
      }),
    )
    return true
  })

type Sent = { readonly kind: 'sent' } | { readonly kind: 'lost' } | Trouble

const sendPart = async (work: Work, listId: string, part: Part, marks: readonly Mark[]): Promise<Sent> => {
  const { tool, connected } = work
  if (!(await intend(work, part))) return { kind: 'lost' }
  crashPoint('sync.list_intended')
  const request = tool.change({ ...making(work), listId, calls: part.items })
  const { outcome } = await ask(work, request, String(part.items[0]?.['messageId'] ?? connected.id))
  crashPoint('sync.list_sent')
  const mine = marksOf(marks, part.said)
  if (outcome.kind === 'delivered') return (await record(work, part.said, mine)) ? { kind: 'sent' } : { kind: 'lost' }
  if (outcome.kind === 'retry' || !SPLIT.has(outcome.reason)) return outcome
  // Somebody whom the tool never takes is not asked for again before something changes.
  if (part.said.length === 1) return (await record(work, [], mine)) ? { kind: 'sent' } : { kind: 'lost' }
  return sendAll(work, listId, halvesOf(work, part), marks)
}

const sendAll = async (work: Work, listId: string, parts: readonly Part[], marks: readonly Mark[]): Promise<Sent> => {
  for (const part of parts) {
    const sent = await sendPart(work, listId, part, marks)
    if (sent.kind !== 'sent') return sent
  }
  return { kind: 'sent' }
}

const sendMarked = async (work: Work, listId: string, marks: readonly Mark[]): Promise<Sent> => {
  const { db, connected } = work
  const again = new Set(marks.filter((each) => each.again).map(({ profileId }) => profileId))
  const people = await lookUp(
    db,
    connected,
    marks.map(({ profileId }) => profileId),
  )
  const said = people.flatMap((person) => toSay(connected, person, again.has(person.profileId)) ?? [])
  const saying = new Set(said.map(({ person }) => person.profileId))
  // Of these the list is right.
  await unmark(
    db,
    connected.spaceId,
    connected.id,
    marks.filter(({ profileId }) => !saying.has(profileId)),
  )
  return sendAll(work, listId, partsOf(work, said), marks)
}

const WELL: Rest = { attempts: 0, dueAt: null, error: null }

const restAfter = ({ random, now }: ListContext, attempts: number, trouble: Trouble): Rest => {
  const after = trouble.kind === 'retry' ? trouble.afterSeconds : undefined
  return {
    attempts: attempts + 1,
    dueAt: new Date(now().getTime() + waitAfter(attempts + 1, random(), after)),
    error: `${trouble.reason}: ${trouble.detail}`,
  }
}

const workOf = async (context: ListContext, due: Due, holder: string): Promise<Work | undefined> => {
  const { db } = context
  const connections = await connectionsTo(db, due.spaceId, [due.computationId])
  const connected = connections.find(({ id }) => id === due.id)
  const destination = connected?.active ? await findDestination(db, due.spaceId, connected.destination_id) : undefined
  const tool = destination && toolOf(destination.tool)
  if (!connected || !destination || !tool?.list) return undefined
  const settings = openSettings(db, tool, destination.settings)
  return { ...context, connected, holder, tool: tool.list, settings, destinations: toolsOf(connections, due.computationId) }
}

/** How a list's tool is asked; undefined where it is switched off. Settings that cannot be read are trouble of this connection, and of no other. */
export const readyOf = async (context: ListContext, due: Due, holder: string): Promise<Work | Trouble | undefined> => {
  try {
    return await workOf(context, due, holder)
  } catch (error) {
    if (!(error instanceof Misconfigured)) throw error
    return { kind: 'failed', reason: 'settings', detail: error.message }
  }
}

// Answers whether there may be more to send at once.
const drainOne = async (context: ListContext, due: Due): Promise<boolean> => {
  const { db, now } = context
  const holder = context.newClaim()
  const held = await holdList(db, due, holder, now())
  if (!held) return false
  const work = await readyOf(context, due, holder)
  if (!work || 'kind' in work) {
    await letListGo(db, due, holder, work ? restAfter(context, held.attempts, work) : WELL)
    return false
  }
  const marks = await marked(db, due.spaceId, due.id, work.tool.batch)
  const listId = held.listId ?? (await makeList(work))
  const sent = typeof listId === 'string' ? await sendMarked(work, listId, marks) : listId
  if (sent.kind === 'lost') return false
  await letListGo(db, due, holder, sent.kind === 'sent' ? WELL : restAfter(context, held.attempts, sent))
  return sent.kind === 'sent' && marks.length === work.tool.batch
}

/** Sends what is marked to each list that may be asked now, a batch each; answers whether there may be more at once. */
export const drainLists = async (context: ListContext): Promise<boolean> => {
  const due = await listsWithMarks(context.db, context.now())
  const more = await Promise.all(due.slice(0, 20).map((each) => drainOne(context, each)))
  return more.includes(true)
}
