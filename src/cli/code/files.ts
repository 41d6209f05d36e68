import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse, stringify, YAMLParseError } from 'yaml'
import type * as z from 'zod'
import { Invalid, type Problem } from '../../base/errors.ts'
import { type Definition, KINDS, type Kind, Written } from './definition.ts'

const KEY = /^[a-z0-9_]{1,255}$/
const isYaml = (name: string): boolean => /\.ya?ml$/.test(name)
const keyOf = (name: string): string => basename(name).replace(/\.ya?ml$/, '')

const namesIn = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder).catch(() => [])).filter(isYaml).toSorted()

/** The YAML of a file, checked against a shape. @throws Invalid that names the file and the place in it. */
export const readYaml = async <T>(path: string, shape: z.ZodType<T>): Promise<T> => {
  const text = await readFile(path, 'utf8')
  const parsed = shape.safeParse(yamlOf(path, text))
  if (parsed.success) return parsed.data
  throw new Invalid(
    'file',
    parsed.error.issues.map(({ path: place, message }) => ({
      field: `${path}${place.length ? ` ${place.join('.')}` : ''}`,
      message,
    })),
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

const readKind = async (folder: string, kind: Kind, problems: Problem[]): Promise<readonly Definition[]> => {
  const found: Definition[] = []
  for (const name of await namesIn(join(folder, KINDS[kind].folder))) {
    const path = join(folder, KINDS[kind].folder, name)
    const key = keyOf(name)
    if (!KEY.test(key)) problems.push({ field: path, message: 'the file name is the key: a-z, 0-9 and _ only' })
    try {
      found.push({ kind, key, ...(await readYaml(path, Written)) })
    } catch (error) {
      if (!(error instanceof Invalid)) throw error
      problems.push(...error.problems)
    }
  }
  return found
}

/** The definitions of a folder: `audiences/<key>.yaml` and `computed-traits/<key>.yaml`. @throws Invalid with what is wrong in any file. */
export const readDefinitions = async (folder: string): Promise<readonly Definition[]> => {
  const problems: Problem[] = []
  const found = [...(await readKind(folder, 'computed_trait', problems)), ...(await readKind(folder, 'audience', problems))]
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

/** Writes definitions, a file each, and answers the paths whose text became another. */
export const writeDefinitions = async (folder: string, definitions: readonly Definition[]): Promise<readonly string[]> => {
  const written: string[] = []
  for (const definition of definitions) {
    const path = join(folder, KINDS[definition.kind].folder, `${definition.key}.yaml`)
    const text = textOf(definition)
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue
    await mkdir(join(folder, KINDS[definition.kind].folder), { recursive: true })
    await writeFile(path, text)
    written.push(path)
  }
  return written
}

/** The case files of a folder: `tests/*.yaml`. */
export const caseFilesIn = async (folder: string): Promise<readonly string[]> =>
  (await namesIn(join(folder, 'tests'))).map((name) => join(folder, 'tests', name))
