import type { Effects } from './wire.ts'

/** One thing that a transformation does, as a form holds it: texts as they are typed. */
export type Effect =
  | { readonly kind: 'newEventName'; readonly to: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'value'; readonly path: string; readonly to: string }
  | { readonly kind: 'casing'; readonly by: string; readonly path: string }
  | { readonly kind: 'hash'; readonly paths: string; readonly algorithm: string; readonly encoding: string; readonly key: string }
  | { readonly kind: 'keep'; readonly paths: string }
  | { readonly kind: 'drop' }
export type EffectKind = Effect['kind']

export const CASINGS = ['lowercase', 'uppercase', 'snakecase', 'kebabcase', 'titlecase'] as const
export const EFFECTS: Readonly<Record<EffectKind, { readonly label: string; readonly fresh: Effect; readonly once: boolean }>> = {
  newEventName: { label: 'Call the event by another name', fresh: { kind: 'newEventName', to: '' }, once: true },
  rename: { label: 'Rename a property', fresh: { kind: 'rename', from: '', to: '' }, once: false },
  value: { label: 'Set a value', fresh: { kind: 'value', path: '', to: '' }, once: false },
  casing: { label: 'Change the case of a text', fresh: { kind: 'casing', by: 'lowercase', path: '' }, once: true },
  hash: {
    label: 'Hash values',
    fresh: { kind: 'hash', paths: '', algorithm: 'SHA256', encoding: 'HEX', key: '' },
    once: true,
  },
  keep: { label: 'Keep only some properties', fresh: { kind: 'keep', paths: '' }, once: true },
  drop: { label: 'Drop the call', fresh: { kind: 'drop' }, once: true },
}

export type Draft = {
  readonly name: string
  readonly sourceId: string
  readonly subject: 'track' | 'identify' | 'group'
  readonly event: string
  readonly effects: readonly Effect[]
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

// What reads as a number, a truth or null is one; everything else is the text as it is typed.
const typedValue = (text: string): string | number | boolean | null => {
  try {
    const value: unknown = JSON.parse(text)
    return value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? value : text
  } catch {
    return text
  }
}

const of = <Kind extends EffectKind>(effects: readonly Effect[], kind: Kind) =>
  effects.filter((one): one is Extract<Effect, { kind: Kind }> => one.kind === kind)

/** A draft's effects as the API takes them. */
export const effectsOf = (effects: readonly Effect[]): Effects => {
  const [name] = of(effects, 'newEventName')
  const [casing] = of(effects, 'casing')
  const [hash] = of(effects, 'hash')
  const [keep] = of(effects, 'keep')
  const [renames, values] = [of(effects, 'rename'), of(effects, 'value')]
  return {
    ...(of(effects, 'drop').length > 0 ? { drop: true } : {}),
    ...(name ? { newEventName: name.to.trim() } : {}),
    ...(renames.length > 0
      ? { propertyRenames: renames.map(({ from, to }) => ({ oldName: from.trim(), newName: to.trim() })) }
      : {}),
    ...(values.length > 0
      ? {
          propertyValueTransformations: values.map(({ path, to }) => ({
            propertyPaths: listOf(path),
            propertyValue: typedValue(to),
          })),
        }
      : {}),
    ...(casing
      ? { fqlDefinedProperties: [{ fql: `${casing.by}(${casing.path.trim()})`, propertyName: casing.path.trim() }] }
      : {}),
    ...(keep ? { allowProperties: listOf(keep.paths) } : {}),
    ...(hash
      ? {
          hashPropertiesConfiguration: {
            algorithm: hash.algorithm,
            encoding: hash.encoding,
            paths: listOf(hash.paths),
            ...(hash.key === '' ? {} : { key: hash.key }),
          },
        }
      : {}),
  }
}

/** Which calls a draft is about, in FQL. */
export const conditionOf = ({ subject, event }: Draft): string =>
  subject === 'track' ? `event = ${JSON.stringify(event.trim())}` : `type = '${subject}'`
