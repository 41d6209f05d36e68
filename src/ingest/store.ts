import { idFrom } from '../base/ids.ts'
import { type Json, storable } from '../base/json.ts'
import { must } from '../base/must.ts'
import type { Db } from '../db/database.ts'
import { addToOutbox } from '../db/outbox.ts'
import { addEvents } from '../event/event.ts'
import { addChanges } from '../profile/change.ts'
import type { Graph } from '../profile/graph.ts'
import { addLinks, LINKED } from '../profile/link.ts'
import { living, type Person } from '../profile/person.ts'
import { applySubscriptions } from '../subscription/apply.ts'
import type { Call } from './call.ts'

/** A call and whom it is about; `account` for a group call. */
export type Attached = { readonly call: Call; readonly person: Person; readonly account: Person | undefined }

const storeEvents = (tx: Db, spaceId: string, attached: readonly Attached[]): Promise<void> =>
  addEvents(
    tx,
    spaceId,
    // Written out: copying whole calls cost more than all else here.
    attached.map(({ call, person }) => ({
      profileId: living(person).id,
      timestamp: call.timestamp,
      messageId: call.messageId,
      type: call.type,
      name: call.name,
      properties: call.properties,
      context: call.context,
      sourceId: call.sourceId,
      receivedAt: call.receivedAt,
    })),
  )

const ANNOUNCED: ReadonlySet<string> = new Set(['track', 'page', 'screen'])

// Only what a live journey waits for: the others would be written, claimed and deleted for nobody.
const announce = async (
  tx: Db,
  spaceId: string,
  attached: readonly Attached[],
  awaited: ReadonlySet<string>,
  now: Date,
): Promise<boolean> => {
  const told = attached.filter(({ call }) => ANNOUNCED.has(call.type) && awaited.has(call.name))
  const entries = told.map(({ call, person }) => ({
    profileId: living(person).id,
    id: idFrom(spaceId, 'event', call.messageId),
    topic: 'event',
    payload: {
      message_id: call.messageId,
      name: call.name,
      timestamp: call.timestamp.toISOString(),
      properties: JSON.parse(call.properties) as Json,
      context: JSON.parse(call.context) as Json,
    },
  }))
  await addToOutbox(tx, spaceId, now, entries)
  return told.length > 0
}

const changesOf = (graph: Graph, newId: () => string) =>
  [...graph.people.values()]
    .filter((person) => !person.mergedInto && person.eventNames.size + person.traitKeys.size > 0)
    .map((person) => ({
      profileId: person.id,
      id: newId(),
      eventNames: sorted(person.eventNames),
      traitKeys: person.traitKeys.size === 0 ? NONE : sorted([...person.traitKeys].map(storable)),
    }))

const NONE: readonly string[] = []
const sorted = (names: Iterable<string>): readonly string[] => {
  const list = [...names]
  return list.length < 2 ? list : list.toSorted()
}

/** Writes what hangs on the people of a batch: events, changes, links, subscriptions, and what journeys wait for. Answers whether there is some. */
export const storeAttached = async (
  tx: Db,
  spaceId: string,
  graph: Graph,
  attached: readonly Attached[],
  awaited: ReadonlySet<string>,
  now: Date,
): Promise<boolean> => {
  const links = attached.filter(({ account }) => account !== undefined)
  const linked = await addLinks(
    tx,
    spaceId,
    links.map(({ person, account }) => ({
      profileId: living(person).id,
      accountId: living(must(account, 'account of a link')).id,
    })),
    now,
  )
  for (const id of linked) graph.people.get(id)?.traitKeys.add(LINKED)
  // While the database stores the one, the other is made ready.
  const storing = storeEvents(tx, spaceId, attached)
  const changes = changesOf(graph, graph.newId)
  await storing
  await addChanges(tx, spaceId, changes, now)
  const subscriptions = attached.flatMap(({ call }) => call.subscriptions)
  if (subscriptions.length > 0) await applySubscriptions(tx, spaceId, subscriptions, { origin: 'identify', now })
  return announce(tx, spaceId, attached, awaited, now)
}
