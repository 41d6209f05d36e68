import { join } from 'node:path'
import type { Command } from 'commander'
import { Refused } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { applyChange } from '../code/apply.ts'
import { runCases, showResults } from '../code/cases.ts'
import { type Definition, definitionFrom, fileOf, KINDS, type Kind } from '../code/definition.ts'
import { changingIn, type Effect, effectOf } from '../code/effect.ts'
import { caseFilesIn, readDefinitions, writeDefinitions } from '../code/files.ts'
import { inFile } from '../code/in-file.ts'
import { type Change, definitionIn, headingOf, keysOf, planOf } from '../code/plan.ts'
import { showPlan } from '../code/show.ts'
import type { Session } from '../program.ts'
import { listOf, objectOf } from '../table.ts'

const FOLDER = 'usher'

const listAll = async (api: Api, kind: Kind): Promise<readonly Definition[]> => {
  const found: Definition[] = []
  let cursor: string | undefined
  do {
    const answer = await api.get(KINDS[kind].path, { count: '200', cursor })
    found.push(...listOf(answer, KINDS[kind].many).map((row) => definitionFrom(kind, row)))
    const { next } = objectOf(answer, 'pagination')
    cursor = typeof next === 'string' ? next : undefined
  } while (cursor !== undefined)
  return found
}

const inSpace = async (api: Api): Promise<readonly Definition[]> => [
  ...(await listAll(api, 'computed_trait')),
  ...(await listAll(api, 'audience')),
]

const pathOf = (folder: string, change: Change): string => join(folder, fileOf(definitionIn(change)))

type Planned = { readonly change: Change; readonly effect: Effect }

const makePlan = async (api: Api, folder: string): Promise<readonly Planned[]> => {
  const [files, space] = [await readDefinitions(folder), await inSpace(api)]
  const changes = planOf(files, space)
  const around = {
    all: keysOf([...files, ...space]),
    there: new Set(space.map(({ key }) => key)),
    changing: changingIn(changes),
  }
  const plan: Planned[] = []
  for (const change of changes)
    plan.push({ change, effect: await inFile(pathOf(folder, change), () => effectOf(api, change, around)) })
  return plan
}

const asJson = (plan: readonly Planned[]): JsonObject => ({ plan: JSON.parse(JSON.stringify(plan)) })

const pullCommand = (program: Command, { api, print }: Session): void => {
  program
    .command('pull [folder]')
    .description('write the audiences and computed traits of the space as files')
    .action(async (folder = FOLDER) => {
      const { written, others } = await writeDefinitions(folder, await inSpace(await api()))
      const lines = [
        ...(written.length === 0 ? [`${folder} already says what the space says.`] : written.map((path) => `wrote ${path}`)),
        ...others.map((path) => `${path} is not in the space: delete it, or have it made by \`usher apply\``),
      ]
      print({ written: [...written], notInSpace: [...others] }, () => lines.join('\n'))
    })
}

const planCommand = (program: Command, { api, print }: Session): void => {
  program
    .command('plan [folder]')
    .description('what `apply` would do, and how many people would enter and exit')
    .action(async (folder = FOLDER) => {
      const plan = await makePlan(await api(), folder)
      print(asJson(plan), () => showPlan(plan))
    })
}

const applyCommand = (program: Command, { api, print }: Session): void => {
  program
    .command('apply [folder]')
    .description('bring the space to what the files say')
    .option('--remove', 'delete what is not in the files')
    .action(async (folder = FOLDER, { remove = false }: { remove?: boolean }) => {
      const opened = await api()
      const plan = await makePlan(opened, folder)
      const done: string[] = []
      for (const { change } of plan) {
        const applied = await inFile(pathOf(folder, change), () => applyChange(opened, change, remove), done)
        if (applied) done.push(headingOf(change))
      }
      print({ ...asJson(plan), applied: done }, () => `${showPlan(plan)}\n\n${done.length} applied.`)
    })
}

const testCommand = (program: Command, { api, print }: Session): void => {
  program
    .command('test [folder]')
    .description('play the cases in tests/*.yaml: a history, who is in')
    .action(async (folder = FOLDER) => {
      const [opened, definitions, files] = [await api(), await readDefinitions(folder), await caseFilesIn(folder)]
      const results: JsonObject[] = []
      for (const path of files) results.push(...(await runCases(opened, definitions, path)))
      print({ results }, () =>
        files.length === 0 ? `There are no cases: write ${folder}/tests/<name>.yaml.` : showResults(results),
      )
      const failed = results.filter((result) => result['passed'] !== true).length
      if (failed > 0) throw new Refused('cases', `${failed} of ${results.length} cases failed.`)
    })
}

/** `usher pull | plan | apply | test [folder]`: audiences and computed traits as files. */
export const codeCommand = (program: Command, session: Session): void => {
  pullCommand(program, session)
  planCommand(program, session)
  applyCommand(program, session)
  testCommand(program, session)
}
