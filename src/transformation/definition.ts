import * as z from 'zod'
import { Invalid, type Problem } from '../base/errors.ts'
import { parseFqlValue } from '../fql/parse.ts'
import { bagOf, type Subject } from './condition.ts'
import { wrongFromTop, wrongInside } from './path.ts'

const Path = z.string().min(1).max(1_000)
const Upper = z.string().transform((text) => text.toUpperCase())

/** How hashed values are written. HEX is in small letters, BASE16 in capitals. */
export const ENCODINGS = ['HEX', 'BASE16', 'BASE64', 'BASE64URL'] as const
export const ALGORITHMS = ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'] as const

export const Renames = z.array(z.strictObject({ oldName: Path, newName: Path })).max(50)
export const EventName = z.string().trim().min(1).max(500)

/** What a transformation does to a call (spec/connections §1.7). */
export const Definition = z.strictObject({
  drop: z.boolean().optional(),
  newEventName: EventName.optional(),
  propertyRenames: Renames.optional(),
  propertyValueTransformations: z
    .array(
      z.strictObject({
        propertyPaths: z.array(Path).min(1).max(10),
        propertyValue: z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]),
      }),
    )
    .max(10)
    .optional(),
  fqlDefinedProperties: z
    .array(z.strictObject({ fql: z.string().min(1).max(1_000), propertyName: Path }))
    .max(1)
    .optional(),
  allowProperties: z.array(Path).min(1).max(300).optional(),
  hashPropertiesConfiguration: z
    .strictObject({
      algorithm: Upper.pipe(z.enum(ALGORITHMS)),
      key: z.string().min(1).max(1_000).optional(),
      encoding: Upper.pipe(z.enum(ENCODINGS)),
      paths: z.array(Path).min(1).max(100),
    })
    .optional(),
})
export type Definition = z.infer<typeof Definition>

type Named = { readonly field: string; readonly path: string; readonly wrong: string | undefined }

const CASINGS: ReadonlySet<string> = new Set(['lowercase', 'uppercase', 'snakecase', 'kebabcase', 'titlecase'])
const wrongFql = (fql: string): string | undefined => {
  const expression = parseFqlValue(fql)
  if (expression.kind === 'field') return undefined
  const [of] = expression.kind === 'call' && CASINGS.has(expression.name) ? expression.values : []
  return of?.kind === 'field'
    ? undefined
    : 'is neither a field nor one of lowercase, uppercase, snakecase, kebabcase and titlecase of one'
}

const pathsIn = (definition: Definition): readonly Named[] => [
  ...(definition.propertyRenames ?? []).flatMap(({ oldName, newName }, at): readonly Named[] => [
    { field: `propertyRenames.${at}.oldName`, path: oldName, wrong: wrongInside(oldName) },
    { field: `propertyRenames.${at}.newName`, path: newName, wrong: wrongInside(newName) },
  ]),
  ...(definition.propertyValueTransformations ?? []).flatMap(({ propertyPaths }, at) =>
    propertyPaths.map(
      (path): Named => ({ field: `propertyValueTransformations.${at}.propertyPaths`, path, wrong: wrongFromTop(path) }),
    ),
  ),
  ...(definition.fqlDefinedProperties ?? []).flatMap(({ fql, propertyName }, at): readonly Named[] => [
    { field: `fqlDefinedProperties.${at}.propertyName`, path: propertyName, wrong: wrongFromTop(propertyName) },
    { field: `fqlDefinedProperties.${at}.fql`, path: fql, wrong: wrongFql(fql) },
  ]),
  ...(definition.allowProperties ?? []).map((path): Named => ({ field: 'allowProperties', path, wrong: wrongInside(path) })),
  ...(definition.hashPropertiesConfiguration?.paths ?? []).map(
    (path): Named => ({ field: 'hashPropertiesConfiguration.paths', path, wrong: wrongFromTop(path) }),
  ),
]

const twice = (paths: readonly string[]): string | undefined => paths.find((path, at) => paths.indexOf(path) !== at)
const REMEDY = 'name each once'

const clashes = (definition: Definition, subject: Subject): readonly Problem[] => {
  const { propertyRenames = [], propertyValueTransformations = [], fqlDefinedProperties = [] } = definition
  const [olds, news] = [propertyRenames.map(({ oldName }) => oldName), propertyRenames.map(({ newName }) => newName)]
  const values = propertyValueTransformations.flatMap(({ propertyPaths }) => propertyPaths)
  const renamed = [...olds, ...news].map((name) => `${bagOf(subject)}.${name}`)
  const problem = (field: string, message: string | undefined | false, remedy: string): readonly Problem[] =>
    message ? [{ field, message, remedy }] : []
  const [again, met, same] = [twice([...olds, ...news]), twice(values), values.find((path) => renamed.includes(path))]
  return [
    ...problem('propertyRenames', again !== undefined && `names "${again}" twice`, REMEDY),
    ...problem('propertyValueTransformations', met !== undefined && `gives "${met}" a value twice`, REMEDY),
    ...problem(
      'propertyValueTransformations',
      same !== undefined && `gives "${same}" a value, which is renamed`,
      'do one of both',
    ),
    ...problem(
      'fqlDefinedProperties',
      fqlDefinedProperties.length > 0 && propertyRenames.length + values.length > 0 && 'stands beside renames or values',
      'make them two transformations, at two sources or destinations, or do without one',
    ),
    ...problem(
      'newEventName',
      subject.type !== 'track' && definition.newEventName !== undefined && 'is of track calls only',
      'leave it out',
    ),
    ...problem('', Object.values(definition).every((one) => !one) && 'does nothing', 'say what is to change, or drop the event'),
  ]
}

/** @throws Invalid naming each field that cannot be done, or that speaks of the same as another. */
export const refuseBad = (definition: Definition, subject: Subject): void => {
  const wrong = pathsIn(definition).flatMap(({ field, path, wrong }): readonly Problem[] =>
    wrong ? [{ field, message: `"${path}" ${wrong}`, remedy: 'see the rules of transformations' }] : [],
  )
  const problems = [...wrong, ...clashes(definition, subject)]
  if (problems.length > 0) throw new Invalid('invalid_transformation', problems)
}
