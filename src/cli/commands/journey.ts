import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'

const showJourneys = (answer: JsonObject): string =>
  table(listOf(answer, 'journeys'), [
    ['key', (row) => row['key']],
    ['status', (row) => row['status']],
    ['version', (row) => row['liveVersion']],
    ['active', (row) => objectOf(row, 'stats')['active']],
    ['held', (row) => objectOf(row, 'stats')['held']],
    ['completed', (row) => objectOf(row, 'stats')['completed']],
    ['exited', (row) => objectOf(row, 'stats')['exited']],
    ['name', (row) => row['name']],
  ])

const showRuns = (answer: JsonObject): string =>
  table(listOf(answer, 'runs'), [
    ['run', (row) => row['id']],
    ['who', (row) => row['name'] ?? row['profileId']],
    ['status', (row) => row['status']],
    ['step', (row) => row['step']],
    ['why', (row) => row['endReason']],
    ['entered', (row) => row['enteredAt']],
    ['due', (row) => row['dueAt']],
  ])

const showSimulation = (answer: JsonObject): string => {
  const simulation = objectOf(answer, 'simulation')
  const steps = table(listOf(simulation, 'steps'), [
    ['step', (row) => row['step']],
    ['passed', (row) => row['passed']],
    ['still there', (row) => row['here']],
    [
      'branches',
      (row) =>
        listOf(row, 'branches')
          .map((each) => `${textOf(each['name'])} ${textOf(each['count'])}`)
          .join(', '),
    ],
  ])
  const messages = Object.entries(objectOf(simulation, 'messages'))
    .map(([channel, number]) => `${textOf(number)} ${channel}`)
    .join(', ')
  return `${textOf(simulation['entered'])} would have entered; messages: ${messages}.\n\n${steps}`
}

const showPlan = (answer: JsonObject): string => {
  const journey = objectOf(answer, 'journey')
  const sentences = Array.isArray(journey['sentences']) ? journey['sentences'].map(textOf) : []
  return `"${textOf(journey['name'])}" is ${textOf(journey['status'])}.\n\n${sentences.join('\n')}`
}

const showRefusals = (answer: JsonObject): string =>
  table(listOf(answer, 'refusals'), [
    ['when', (row) => row['happenedAt']],
    ['who', (row) => row['name'] ?? row['profileId']],
    ['why', (row) => row['sentence']],
  ])

const showFailures = (answer: JsonObject): string => {
  const failures = listOf(answer, 'failures')
  if (failures.length === 0) return 'Every step works.'
  return failures
    .map((each) =>
      [
        `${textOf(each['step'])} (version ${textOf(each['version'])}): ${textOf(each['sentence'])}`,
        `  fails since ${textOf(each['since'])}, ${textOf(each['attempts'])} times, last at ${textOf(each['lastTriedAt'])}; ${textOf(each['runs'])} runs stand there`,
        `  ${textOf(each['error'])}`,
        `  ${textOf(each['remedy'])}`,
      ].join('\n'),
    )
    .join('\n\n')
}

/** `usher journey list | show <key> | publish <key> | simulate <key> | runs <key> | refusals <key> | failures <key>`. */
export const journeyCommand = (program: Command, { api, print }: Session): void => {
  const journey = program.command('journey').description('what people walk through')
  journey
    .command('list')
    .description('every journey with its runs')
    .action(async () => print(await (await api()).get('/journeys', { count: '200' }), showJourneys))
  journey
    .command('show <journey>')
    .description('the whole plan in words, what its branches ask included')
    .action(async (id: string) => print(await (await api()).get(`/journeys/${encodeURIComponent(id)}`), showPlan))
  journey
    .command('publish <journey>')
    .description('make the draft live')
    .option('--previous <drain|archive>', 'what becomes of runs of the version before')
    .action(async (id: string, options: { previous?: string }) =>
      print(await (await api()).post(`/journeys/${encodeURIComponent(id)}/publish`, options), (answer) => {
        const { name, liveVersion } = objectOf(answer, 'journey')
        return `"${textOf(name)}" is live as version ${textOf(liveVersion)}.`
      }),
    )
  journey
    .command('simulate <journey>')
    .description('what would have happened between two instants')
    .requiredOption('--from <instant>')
    .requiredOption('--to <instant>')
    .action(async (id: string, options: { from: string; to: string }) =>
      print(await (await api()).post(`/journeys/${encodeURIComponent(id)}/simulate`, options), showSimulation),
    )
  journey
    .command('runs <journey>')
    .description('who is walking')
    .option('--step <step>')
    .option('--status <status>')
    .option('--count <n>', 'how many to show', '20')
    .action(async (id: string, options: { step?: string; status?: string; count: string }) =>
      print(await (await api()).get(`/journeys/${encodeURIComponent(id)}/runs`, options), showRuns),
    )
  journey
    .command('refusals <journey>')
    .description('who would have entered and was not let in, and why')
    .option('--count <n>', 'how many to show', '20')
    .action(async (id: string, options: { count: string }) =>
      print(await (await api()).get(`/journeys/${encodeURIComponent(id)}/refusals`, options), showRefusals),
    )
  journey
    .command('failures <journey>')
    .description('steps that cannot be done now, and what to do')
    .action(async (id: string) => print(await (await api()).get(`/journeys/${encodeURIComponent(id)}/failures`), showFailures))
}
