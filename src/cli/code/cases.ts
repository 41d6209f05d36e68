import * as z from 'zod'
import { Invalid } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Api } from '../api.ts'
import { conditionLines, indented } from '../explanation.ts'
import { textOf as cell, listOf, objectOf } from '../table.ts'
import type { Definition } from './definition.ts'
import { readYaml } from './files.ts'
import { inFile } from './in-file.ts'
import { inOrder, keysOf, referencesOf } from './plan.ts'

const Call = z.looseObject({ type: z.string() })
const People = z.array(z.string()).default([])

/** A file of cases about one audience: a history, and who is in and out after it. */
export const CaseFile = z.strictObject({
  audience: z.string(),
  at: z.iso.datetime({ offset: true }).default('2026-01-01T00:00:00Z'),
  cases: z
    .array(
      z.strictObject({
        name: z.string(),
        at: z.iso.datetime({ offset: true }).optional(),
        calls: z.array(Call),
        in: People,
        out: People,
      }),
    )
    .min(1),
})

const AT_ONCE = 20

const writtenOf = (definitions: readonly Definition[], kind: Definition['kind']) =>
  definitions
    .filter((each) => each.kind === kind)
    .map(({ key, query, audienceType, options: { filterByExternalIds, honourGroupId } }) => ({
      ...{ key, query, audienceType },
      options: {
        ...(filterByExternalIds ? { filterByExternalIds } : {}),
        ...(honourGroupId === undefined ? {} : { honourGroupId }),
      },
    }))

// A space takes some hundred at once, and what an audience does not refer to says nothing about it.
const neededBy = (audience: Definition, ordered: readonly Definition[]): readonly Definition[] => {
  const keys = keysOf(ordered)
  const needed = new Set([audience.key])
  // In their order each comes after those that it refers to, so backwards all that need one are seen before it.
  for (const each of ordered.toReversed()) if (needed.has(each.key)) for (const key of referencesOf(each, keys)) needed.add(key)
  return ordered.filter(({ key }) => needed.has(key))
}

/** Plays the cases of a file against the definitions of the folder, in the space's own engine; nothing is kept. */
export const runCases = async (api: Api, definitions: readonly Definition[], path: string): Promise<readonly JsonObject[]> => {
  const { audience, at, cases } = await readYaml(path, CaseFile)
  const ordered = inOrder(definitions)
  const asked = ordered.find(({ kind, key }) => kind === 'audience' && key === audience)
  if (!asked) {
    const message = `there is no audiences/${audience}.yaml`
    throw new Invalid('cases', [{ field: `${path} audience`, message, remedy: 'write the key of an audience of this folder' }])
  }
  const needed = neededBy(asked, ordered)
  const results: JsonObject[] = []
  for (let from = 0; from < cases.length; from += AT_ONCE) {
    const body = {
      computedTraits: writtenOf(needed, 'computed_trait'),
      audiences: writtenOf(needed, 'audience'),
      cases: cases.slice(from, from + AT_ONCE).map((one) => ({ ...one, audience, at: one.at ?? at })),
    }
    const answer = await inFile(path, () => api.post('/audience-cases', body))
    results.push(...listOf(answer, 'results').map((result) => ({ ...result, file: path })))
  }
  return results
}

const wrong = (one: JsonObject): string => {
  const why = objectOf(one, 'why')
  const where = one['expected'] === 'in' ? 'should be in, and is not' : 'should not be in, and is'
  const eligible = why['eligible'] === false ? '\n      has no identifier that makes people eligible' : ''
  const lines = indented(conditionLines(objectOf(why, 'conditions')), 6)
  return [`    ${cell(one['person'])} ${where}:${eligible}`, ...lines].join('\n')
}

/** The results of cases, a line each; where somebody is not where they should be, why. */
export const showResults = (results: readonly JsonObject[]): string => {
  const lines = results.map((result) =>
    [`${result['passed'] ? '✓' : '✗'} ${cell(result['name'])}`, ...listOf(result, 'wrong').map(wrong)].join('\n'),
  )
  const failed = results.filter((result) => result['passed'] !== true).length
  return `${lines.join('\n')}\n\n${results.length - failed} passed, ${failed} failed`
}
