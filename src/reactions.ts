import { startTelling } from './alert/activities.ts'
import type { Reaction, Reactions } from './db/relay.ts'
import { admitEntered, admitExisting } from './journey/admit-audience.ts'
import { endArchived } from './journey/archived.ts'
import { hearEvents } from './journey/hear.ts'
import { startCohorts } from './journey/start.ts'
import { endSuppressed } from './journey/suppressed.ts'
import { tellConnected } from './sync/react.ts'
import type { WorkerContext } from './worker.ts'

const connected =
  ({ db, notify }: WorkerContext): Reaction =>
  async (spaceId, items, now) => {
    if (await tellConnected(db, spaceId, items, now)) notify('event_delivery')
  }

/**
 * The wiring on one page: what happened → who reacts. Topics: `entered` and `exited` (a membership change), `computed` (another value of a
 * computed trait), `event` (an event that a live journey waits for), `journey_published`, `journey_archived`, `cohort` (runs that shall be walked),
 * `suppressed` (a person of whom nothing is taken any more), `alert` (something at a source is wrong and somebody wants to hear it). Every reaction
 * gets all rows claimed together, may run twice for a row, and is harmless the second time.
 */
export const reactionsOf = (context: WorkerContext): Reactions => ({
  entered: [(spaceId, items, now) => admitEntered(context.db, spaceId, items, now), connected(context)],
  exited: [connected(context)],
  computed: [connected(context)],
  event: [(spaceId, items, now) => hearEvents(context.db, spaceId, items, now)],
  journey_archived: [(spaceId, items, now) => endArchived(context.db, spaceId, items, now)],
  journey_published: [(spaceId, items, now) => admitExisting(context.db, spaceId, items, now)],
  suppressed: [(spaceId, items, now) => endSuppressed(context.db, spaceId, items, now)],
  alert: [(spaceId, items) => startTelling(context.temporal, context.config.taskQueue, spaceId, items)],
  cohort: [(spaceId, items) => startCohorts(context.temporal, context.config.taskQueue, spaceId, items)],
})
