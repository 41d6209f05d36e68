import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse, stringify, YAMLParseError } from 'yaml'
import type * as z from 'zod'
import { Invalid, type Problem } from '../../base/errors.ts'
import { problemsOfIssue } from '../../base/shape.ts'
import { type Definition, KINDS, type Kind, type Written, writtenAs } from './definition.ts'

const KEY = /^[a-z0-9_]{1,255}$/
const isYaml = (name: string): boolean => /\.ya?ml$/.test(name)
const keyOf = (name: string): string => basename(name).replace(/\.ya?ml$/, '')

const isMissing = (error: unknown): boolean => (error as { readonly code?: unknown }).code === 'ENOENT'
/** What is in a folder, by name; undefined where there is none. What cannot be read is not taken for empty: `apply --remove` would remove it. */
const entriesIn = async (folder: string) => {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  return entries?.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const namesIn = async (folder: string): Promise<readonly string[]> =>
  ((await entriesIn(folder)) ?? []).map(({ name }) => name).filter(isYaml)

/** The YAML of a file, checked against a shape. @throws Invalid that names the file and the place in it. */
export const readYaml = async <T>(path: string, shape: z.ZodType<T>): Promise<T> => {
  const parsed = shape.safeParse(yamlOf(path, await readFile(path, 'utf8')))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.flatMap((issue) => problemsOfIssue(issue.path.join('.'), issue))
  throw new Invalid(
    'file',
    problems.map((problem) => ({ ...problem, field: problem.field ? `${path} ${problem.field}` : path })),
  )
}

const yamlOf = (path: string, text: string): unknown => {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    throw new Invalid('file', [{ field: path, message: error.message }])
  }
}

const problemsOfName = (path: string, key: string, before: ReadonlySet<string>): readonly Problem[] => [
  ...(KEY.test(key)
    ? []
    : [{ field: path, message: 'the file name is the key: a-z, 0-9 and _ only', remedy: 'give the file another name' }]),
  ...(before.has(key)
    ? [{ field: path, message: `another file has the key "${key}", too`, remedy: 'give one of them another name, or delete it' }]
    : []),
]

const readKind = async (folder: string, kind: Kind, keys: Set<string>, problems: Problem[]): Promise<readonly Definition[]> => {
  const found: Definition[] = []
  for (const entry of (await entriesIn(join(folder, KINDS[kind].folder))) ?? []) {
    const path = join(folder, KINDS[kind].folder, entry.name)
    if (entry.isDirectory()) problems.push({ field: path, message: 'is a folder in which nothing is read', remedy: UP })
    if (entry.isDirectory() || !isYaml(entry.name)) continue
    const key = keyOf(entry.name)
    problems.push(...problemsOfName(path, key, keys))
    keys.add(key)
    try {
      found.push({ kind, key, ...(await readYaml(path, writtenAs(kind))) })
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      problems.push(...error.problems)
    }
  }
  return found
}
const UP = 'move its files up into the one around it'

const FOLDERS = Object.values(KINDS).map(({ folder }) => folder)

// A folder that is called by a wrong name would say that there shall be nothing.
const refuseNoFolder = async (folder: string): Promise<void> => {
  const names = (await entriesIn(folder))?.map(({ name }) => name)
  if (FOLDERS.some((each) => names?.includes(each))) return
  const what = names ? `has neither ${FOLDERS.join('/ nor ')}/` : 'is not there'
  throw new Invalid('folder', [
    { field: folder, message: what, remedy: 'name the folder of your files, or write one with `usher pull`' },
  ])
}

/** The definitions of a folder: `audiences/<key>.yaml` and `computed-traits/<key>.yaml`. @throws Invalid with what is wrong in any file. */
export const readDefinitions = async (folder: string): Promise<readonly Definition[]> => {
  await refuseNoFolder(folder)
  const problems: Problem[] = []
  const keys = new Set<string>()
  const found: Definition[] = []
  for (const kind of ['computed_trait', 'audience'] as const) found.push(...(await readKind(folder, kind, keys, problems)))
  if (problems.length > 0) throw new Invalid('files', problems)
  return found
}

/** The text of a definition's file. What is as it would be anyway is left out. */
export const textOf = ({ name, description, enabled, audienceType, query, options }: Written): string =>
  stringify(
    {
      name,
      ...(description === '' ? {} : { description }),
      ...(enabled ? {} : { enabled }),
      ...(audienceType === 'USERS' ? {} : { audienceType }),
      query,
      ...(Object.keys(options).length === 0 ? {} : { options }),
    },
    { lineWidth: 120 },
  )

/** Writes definitions, a file each, and answers the paths whose text became another, and of the files that say nothing of these. */
export const writeDefinitions = async (
  folder: string,
  definitions: readonly Definition[],
): Promise<{ readonly written: readonly string[]; readonly others: readonly string[] }> => {
  const [written, others]: [string[], string[]] = [[], []]
  for (const kind of ['computed_trait', 'audience'] as const) {
    const inside = join(folder, KINDS[kind].folder)
    const files = new Map((await namesIn(inside)).map((name) => [keyOf(name), join(inside, name)]))
    await mkdir(inside, { recursive: true })
    for (const definition of definitions.filter((each) => each.kind === kind)) {
      const path = files.get(definition.key) ?? join(inside, `${definition.key}.yaml`)
      files.delete(definition.key)
      const text = textOf(definition)
      if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue
      await writeFile(path, text)
      written.push(path)
    }
    others.push(...files.values())
  }
  return { written, others }
}

/** The case files of a folder: `tests/*.yaml`. */
export const caseFilesIn = async (folder: string): Promise<readonly string[]> =>
  (await namesIn(join(folder, 'tests'))).map((name) => join(folder, 'tests', name))
