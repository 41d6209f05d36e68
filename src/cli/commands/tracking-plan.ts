import type { Command } from 'commander'
import type { JsonObject } from '../../base/json.ts'
import type { Session } from '../program.ts'
import { readJson } from '../read-file.ts'
import { sourceIdOf, sourceOf } from '../source-id.ts'
import { listOf, objectOf, table, textOf } from '../table.ts'
import { planCsvCommands } from './plan-csv.ts'

const at = (id: string, rest = ''): string => `/tracking-plans/${encodeURIComponent(id)}${rest}`

const showPlans = (answer: JsonObject): string =>
  table(listOf(answer, 'trackingPlans'), [
    ['id', (row) => row['id']],
    ['name', (row) => row['name']],
    ['rules', (row) => row['rules']],
    ['sources', (row) => row['sources']],
    ['changed', (row) => row['updatedAt']],
    ['by', (row) => row['updatedBy']],
  ])
const showPlan = (answer: JsonObject): string => {
  const plan = objectOf(answer, 'trackingPlan')
  return `${textOf(plan['id'])}: ${textOf(plan['name'])}, ${textOf(plan['rules'])} ${plan['rules'] === 1 ? 'rule' : 'rules'}. Nothing is connected to it yet.`
}
const showConsequences = (answer: JsonObject): string =>
  table(listOf(answer, 'events'), [
    ['call', (row) => row['type']],
    ['name', (row) => row['name']],
    ['in 7 days', (row) => row['count']],
    ['', (row) => (row['planned'] ? '' : 'not in the plan')],
  ])
const showViolations = (answer: JsonObject): string =>
  table(listOf(answer, 'violations'), [
    ['call', (row) => row['eventType']],
    ['name', (row) => row['event']],
    ['field', (row) => row['field']],
    ['violation', (row) => row['description']],
    ['calls', (row) => row['count']],
    ['blocked', (row) => row['blocked']],
    ['last', (row) => row['lastSeenAt']],
  ])
const showCheck = (answer: JsonObject): string =>
  [
    answer['result'] === 'drop' ? `would be dropped: ${textOf(answer['reason'])}` : 'would be stored',
    ...listOf(answer, 'violations').map((one) => `  ${textOf(one['field'])}: ${textOf(one['description'])}`),
  ].join('\n')

const connecting = (plan: Command, { api, print }: Session): void => {
  plan
    .command('connect <plan> <source>')
    .description('ask the plan about a source’s calls; without --yes it only shows what that would mean')
    .option('--yes', 'do it')
    .action(async (id: string, named: string, { yes }: { yes?: boolean }) => {
      const there = await api()
      const sourceId = await sourceIdOf(there, named)
      if (yes) return print(await there.post(at(id, '/sources'), { sourceId }), () => 'connected')
      return print(
        await there.get(at(id, '/consequences'), { sourceId }),
        (answer) => `${showConsequences(answer)}\n\nNothing is connected yet: add --yes.`,
      )
    })
  plan
    .command('disconnect <plan> <source>')
    .description('ask nothing any more')
    .action(async (id: string, named: string) => {
      const there = await api()
      const sourceId = encodeURIComponent(await sourceIdOf(there, named))
      print(await there.remove(at(id, `/sources?sourceId=${sourceId}`)), () => 'disconnected')
    })
}

const asking = (plan: Command, { api, print }: Session): void => {
  plan
    .command('violations')
    .description('how calls broke their plan, most frequent first')
    .option('--source <source>', 'of one source, by id or name')
    .option('--plan <id>', 'of one plan')
    .option('--window <window>', '1h, 24h or 7d', '24h')
    .action(async ({ source, plan: id, window }: { source?: string; plan?: string; window: string }) => {
      const there = await api()
      const sourceId = source === undefined ? undefined : await sourceIdOf(there, source)
      print(await there.get('/violations', { sourceId, trackingPlanId: id, window }), showViolations)
    })
  plan
    .command('check <plan> <file>')
    .description('ask the plan about the call in a JSON file; nothing is stored')
    .option('--source <source>', 'with the controls of this source')
    .action(async (id: string, file: string, { source }: { source?: string }) => {
      const call: unknown = await readJson(file)
      const there = await api()
      const sourceId = source === undefined ? undefined : await sourceIdOf(there, source)
      print(await there.post(at(id, '/validations'), { call, sourceId }), showCheck)
    })
  plan
    .command('client <plan>')
    .description('a typed client in TypeScript, to be kept in a file')
    .action(async (id: string) => print(await (await api()).get(at(id, '/client')), (answer) => String(answer['typescript'])))
}

/** `usher tracking-plan list | infer | connect | disconnect | violations | check | client | download | upload`. (`usher plan` is about audiences as code.) */
export const trackingPlanCommand = (program: Command, session: Session): void => {
  const { api, print } = session
  const plan = program.command('tracking-plan').description('what calls of a source should look like, and which do not')
  plan
    .command('list')
    .description('all plans')
    .action(async () => print(await (await api()).get('/tracking-plans'), showPlans))
  plan
    .command('infer <source>')
    .description('make a plan of what a source sent lately')
    .option('--window <window>', '24h, 7d or 30d', '7d')
    .option('--name <name>', 'what it is called')
    .action(async (named: string, { window, name }: { window: string; name?: string }) => {
      const there = await api()
      const source = await sourceOf(there, named)
      const body = { sourceId: source.id, window, name: name ?? `Plan of ${source.name}` }
      print(await there.post('/tracking-plans/inferences', body), showPlan)
    })
  connecting(plan, session)
  asking(plan, session)
  planCsvCommands(plan, session)
}
