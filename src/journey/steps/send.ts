import { sql } from 'kysely'
import { enqueueMessages, type Recipient } from '../../message/enqueue.ts'
import type { StepKind } from '../step.ts'

/**
 * Adds one message a run, under a key of root run, step and visit, so that a step done again sends nothing again. What the template gets of
 * the journey is its context as it is now: `{{ journey.context["Order Completed"].total }}` (spec/journeys §3.6).
 */
export const send: StepKind<'send'> = {
  ways: (step) => [{ branch: '', next: step.next }],
  act: async (step, { tx, cohort, at }, moved) => {
    const { spaceId, journeyId } = cohort
    const recipients = sql<Recipient>`select r.profile_id, r.id as run_id,
        'journey:' || r.root_id || ':' || ${cohort.step}::text || ':' || r.visit as key,
        jsonb_build_object('journey', jsonb_build_object('id', r.journey_id, 'run', r.id, 'identifier', r.identifier, 'context', r.context)) as variables
      from journey_run r where r.space_id = ${spaceId} and r.cohort_id = ${moved}`
    const { channel, template, purpose, group } = step
    await enqueueMessages(tx, { spaceId, now: at, channel, template, purpose, group, journeyId, step: cohort.step }, recipients)
  },
}
