import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import { runSentence, transitionSentence } from '../../journey/answers.ts'
import { branchSentences } from '../../journey/branch-sentence.ts'
import { JourneyDefinition } from '../../journey/definition.ts'
import { failuresOf, remedyOf } from '../../journey/failure.ts'
import { type JourneyWithLive, journeyOf } from '../../journey/journeys.ts'
import { loadFacts, loadNames } from '../../journey/load-facts.ts'
import { definitionOf } from '../../journey/plan.ts'
import { listRefusals, refusalSentence } from '../../journey/refusals.ts'
import { listRuns, type RunMessage, type RunWithName, runDetails } from '../../journey/runs.ts'
import { type Names, stepSentence } from '../../journey/sentences.ts'
import { simulate } from '../../journey/simulate.ts'
import { stepStatsOf } from '../../journey/statistics.ts'
import { validate } from '../../journey/validate.ts'
import type { Door } from '../door.ts'
import { pageOf, placeOf } from '../journey/cursor.ts'
import { definitionIn, JourneyParams, Page, Pagination } from '../journey/shapes.ts'
import type { App } from '../server.ts'
import type { Route } from './index.ts'

const tags = ['journey']
const Branches = z.array(z.object({ name: z.string(), count: z.number() }))
const StepCount = z.object({ step: z.string(), here: z.number(), passed: z.number(), left: z.number(), branches: Branches })
const StepInWords = StepCount.extend({
  sentence: z.string(),
  conditions: z
    .array(z.object({ branch: z.string(), sentence: z.string() }))
    .describe('what takes a run into each branch of a split or hold, in words'),
})

const Run = z.object({
  id: z.string(),
  profileId: z.string(),
  name: z.string().optional(),
  version: z.number(),
  entryKey: z.string(),
  step: z.string().optional(),
  status: z.enum(['active', 'held', 'completed', 'exited']),
  endReason: z.string().optional(),
  enteredAt: z.string(),
  arrivedAt: z.string(),
  dueAt: z.string().optional(),
  endedAt: z.string().optional(),
  sentence: z.string().describe('where it is, or why it ended'),
})

const wireRun = (row: RunWithName, definition: JourneyDefinition, names: Names): z.infer<typeof Run> => ({
  id: row.id,
  profileId: row.profile_id,
  ...(row.name === null ? {} : { name: row.name }),
  version: row.version,
  entryKey: row.entry_key,
  ...(row.step === null ? {} : { step: row.step }),
  status: row.status,
  ...(row.end_reason === null ? {} : { endReason: row.end_reason }),
  enteredAt: row.entered_at.toISOString(),
  arrivedAt: row.arrived_at.toISOString(),
  ...(row.due_at === null ? {} : { dueAt: row.due_at.toISOString() }),
  ...(row.ended_at === null ? {} : { endedAt: row.ended_at.toISOString() }),
  sentence: runSentence(definition, row, names),
})

const versionIn = async ({ db }: Door, journey: JourneyWithLive, version: number | undefined): Promise<JourneyDefinition> =>
  version === undefined
    ? definitionIn(journey)
    : JourneyDefinition.parse(await definitionOf(db, journey.space_id, journey.id, version))

const stepsRoute = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/steps',
    {
      schema: {
        tags,
        summary: 'Each step in words, with its runs',
        params: JourneyParams,
        querystring: z.object({
          version: z.coerce.number().int().min(1).max(2_147_483_647).optional().describe('the live one if left out'),
        }),
        response: { 200: z.object({ data: z.object({ steps: z.array(StepInWords) }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const version = request.query.version ?? journey.live_version ?? undefined
      const definition = await versionIn(door, journey, version)
      const names = await loadNames(door.db, spaceId)
      const steps = await stepStatsOf(door.db, spaceId, journey.id, version ?? 0, definition)
      return {
        data: {
          steps: steps.map((each) => {
            const step = definition.steps[each.step]
            const sentence = step ? stepSentence(step, names) : each.step
            return { ...each, branches: [...each.branches], sentence, conditions: step ? [...branchSentences(step, names)] : [] }
          }),
        },
      }
    },
  )
}

const STATUSES = ['active', 'held', 'completed', 'exited'] as const
const Statuses = z
  .string()
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(STATUSES)).min(1))

const definitionsOf = async (door: Door, journey: JourneyWithLive, versions: readonly number[]) => {
  const found = new Map<number, JourneyDefinition>()
  for (const version of new Set(versions)) found.set(version, await versionIn(door, journey, version))
  return (version: number): JourneyDefinition => found.get(version) ?? definitionIn(journey)
}

const runsRoute = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/runs',
    {
      schema: {
        tags,
        summary: 'Who is walking, last entered first',
        params: JourneyParams,
        querystring: Page.extend({
          step: z.string().optional().describe('only those who stand there'),
          status: Statuses.optional().describe('one or several, with commas'),
        }),
        response: { 200: z.object({ data: z.object({ runs: z.array(Run), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { count, cursor, step, status } = request.query
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const rows = await listRuns(door.db, spaceId, journey.id, { count: count + 1, step, status, after: placeOf(cursor) })
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({ at: row.entered_at, id: row.id }))
      const names = await loadNames(door.db, spaceId)
      const definition = await definitionsOf(
        door,
        journey,
        page.map((row) => row.version),
      )
      return { data: { runs: page.map((row) => wireRun(row, definition(row.version), names)), pagination } }
    },
  )
}

const Message = z.object({
  id: z.string(),
  channel: z.string(),
  templateName: z.string().optional(),
  step: z.string().optional(),
  status: z.string(),
  reason: z.string().optional(),
  createdAt: z.string(),
  sentAt: z.string().optional(),
})
const Transition = z.object({
  step: z.string().optional(),
  branch: z.string().optional(),
  nextStep: z.string().optional(),
  happenedAt: z.string(),
  evidence: z.unknown(),
  sentence: z.string(),
})

const wireMessage = (row: RunMessage): z.infer<typeof Message> => ({
  id: row.id,
  channel: row.channel,
  ...(row.template === null ? {} : { templateName: row.template }),
  ...(row.step === null ? {} : { step: row.step }),
  status: row.status,
  ...(row.reason === null ? {} : { reason: row.reason }),
  createdAt: row.created_at.toISOString(),
  ...(row.sent_at === null ? {} : { sentAt: row.sent_at.toISOString() }),
})

const runRoute = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/runs/:run',
    {
      schema: {
        tags,
        summary: 'One run: each move and why, and its messages',
        params: JourneyParams.extend({ run: z.uuid() }),
        response: {
          200: z.object({ data: z.object({ run: Run, transitions: z.array(Transition), messages: z.array(Message) }) }),
        },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const { run, transitions, messages } = await runDetails(door.db, spaceId, journey.id, request.params.run)
      const names = await loadNames(door.db, spaceId)
      const definition = await versionIn(door, journey, run.version)
      const moves = transitions.map((row) => ({
        ...(row.step === null ? {} : { step: row.step }),
        ...(row.branch === null || row.branch === '' ? {} : { branch: row.branch }),
        ...(row.next_step === null ? {} : { nextStep: row.next_step }),
        happenedAt: row.happened_at.toISOString(),
        evidence: row.evidence,
        sentence: transitionSentence(definition, row, names),
      }))
      return { data: { run: wireRun(run, definition, names), transitions: moves, messages: messages.map(wireMessage) } }
    },
  )
}

const Instant = z.iso.datetime({ offset: true }).or(z.iso.date())
const Counts = z.object({ email: z.number(), sms: z.number(), push: z.number() })

// What is missing for sending (a template, somebody to carry it) does not keep a journey from being tried.
const SENDING = /\.(template|channel|group)$/

const refuseUnwalkable = async ({ db }: Door, spaceId: string, definition: JourneyDefinition): Promise<void> => {
  const problems = validate(definition, await loadFacts(db, spaceId)).filter(({ field }) => !SENDING.test(field))
  if (problems.length > 0) throw new Invalid('not_simulated', problems)
}

const simulateRoute = (app: App, door: Door): void => {
  app.post(
    '/spaces/:space/journeys/:id/simulate',
    {
      schema: {
        tags,
        summary: 'What the draft (or the given definition) would have done between two instants',
        params: JourneyParams,
        body: z
          .strictObject({ from: Instant, to: Instant, definition: JourneyDefinition.optional() })
          .refine(({ from, to }) => new Date(from) < new Date(to), { path: ['to'], message: 'must be after "from"' }),
        response: {
          200: z.object({
            data: z.object({
              simulation: z.object({
                entered: z.number(),
                profiles: z.number(),
                completed: z.number(),
                exited: z.number(),
                going: z.number(),
                steps: z.array(StepCount),
                messages: Counts,
                durationMs: z.number(),
              }),
            }),
          }),
        },
      },
    },
    async (request) => {
      const started = door.now().getTime()
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const definition = request.body.definition ?? JourneyDefinition.parse(journey.draft ?? journey.live_definition)
      await refuseUnwalkable(door, spaceId, definition)
      const time = { from: new Date(request.body.from), to: new Date(request.body.to) }
      const { runs, steps, ...simulation } = await simulate(door.db, spaceId, journey.id, definition, time)
      const counts = steps.map((each) => ({ ...each, branches: [...each.branches] }))
      return { data: { simulation: { ...simulation, steps: counts, durationMs: door.now().getTime() - started } } }
    },
  )
}

const Failure = z.object({
  version: z.number(),
  step: z.string(),
  sentence: z.string().describe('what the step does'),
  runs: z.number().describe('how many stand there because of it'),
  since: z.string(),
  lastTriedAt: z.string(),
  attempts: z.number(),
  error: z.string(),
  remedy: z.string(),
})

const failuresRoute = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/failures',
    {
      schema: {
        tags,
        summary: 'Steps that cannot be done now, and what to do; one goes from here as soon as it succeeds',
        params: JourneyParams,
        response: { 200: z.object({ data: z.object({ failures: z.array(Failure) }) }) },
      },
    },
    async (request) => {
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const failures = await failuresOf(door.db, spaceId, journey.id)
      const names = await loadNames(door.db, spaceId)
      const definition = await definitionsOf(
        door,
        journey,
        failures.map(({ version }) => version),
      )
      return {
        data: {
          failures: failures.map(({ since, last, kind, ...rest }) => {
            const step = definition(rest.version).steps[rest.step]
            return {
              ...rest,
              sentence: step ? stepSentence(step, names) : rest.step,
              since: since.toISOString(),
              lastTriedAt: last.toISOString(),
              remedy: remedyOf({ kind }),
            }
          }),
        },
      }
    },
  )
}

const RefusalOfRun = z.object({
  id: z.string(),
  profileId: z.string(),
  name: z.string().optional(),
  reason: z.enum(['no_identifier', 'long_identifier', 'too_many_runs', 'suppressed']),
  sentence: z.string(),
  evidence: z.record(z.string(), z.unknown()),
  happenedAt: z.string(),
})

const refusalsRoute = (app: App, door: Door): void => {
  app.get(
    '/spaces/:space/journeys/:id/refusals',
    {
      schema: {
        tags,
        summary: 'Who would have entered and was not let in, and why, newest first',
        params: JourneyParams,
        querystring: Page,
        response: { 200: z.object({ data: z.object({ refusals: z.array(RefusalOfRun), pagination: Pagination }) }) },
      },
    },
    async (request) => {
      const { count, cursor } = request.query
      const { spaceId } = request.caller
      const journey = await journeyOf(door.db, spaceId, request.params.id)
      const rows = await listRefusals(door.db, spaceId, journey.id, { count: count + 1, after: placeOf(cursor) })
      const { page, pagination } = pageOf(rows, count, cursor, (row) => ({ at: row.happened_at, id: row.id }))
      const refusals = page.map(({ id, profile_id, name, reason, evidence, happened_at }) => ({
        id,
        profileId: profile_id,
        ...(name === null ? {} : { name }),
        reason,
        sentence: refusalSentence(reason, evidence),
        evidence,
        happenedAt: happened_at.toISOString(),
      }))
      return { data: { refusals, pagination } }
    },
  )
}

/** What journeys do and did: steps with their numbers, runs, and what would have happened. */
export const journeyRunRoutes: Route = (app, door) => {
  stepsRoute(app, door)
  runsRoute(app, door)
  runRoute(app, door)
  simulateRoute(app, door)
  failuresRoute(app, door)
  refusalsRoute(app, door)
}
