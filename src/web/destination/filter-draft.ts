import type { Filter } from './wire.ts'

type Action = Filter['actions'][number]

/** What a filter does, as a form holds it: texts as they are typed. */
export type Draft = {
  readonly title: string
  readonly everything: boolean
  readonly condition: string
  readonly kind: Action['type']
  readonly percent: string
  readonly path: string
  readonly properties: string
}

export const KINDS: Readonly<Record<Action['type'], string>> = {
  DROP: 'do not send it',
  SAMPLE: 'send only some of them',
  DROP_PROPERTIES: 'send it without some properties',
  ALLOW_PROPERTIES: 'send only some properties',
}

export const EMPTY: Draft = {
  ...{ title: '', everything: false, condition: '', kind: 'DROP', percent: '10', path: '', properties: '' },
}

// `properties.card.number` is the key `number` in `properties.card`; a name alone is one of the call itself.
const fieldsFrom = (text: string): Record<string, string[]> => {
  const fields: Record<string, string[]> = {}
  for (const one of text.split(',').map((part) => part.trim().replace(/^\$\./, ''))) {
    if (one === '') continue
    const dot = one.lastIndexOf('.')
    const [path, key] = dot < 0 ? ['', one] : [one.slice(0, dot), one.slice(dot + 1)]
    fields[path] = [...(fields[path] ?? []), key]
  }
  return fields
}

const textFrom = (fields: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(fields)
    .flatMap(([path, keys]) => keys.map((key) => (path === '' ? key : `${path}.${key}`)))
    .join(', ')

/** A draft's action as the API takes it. */
export const actionOf = ({ kind, percent, path, properties }: Draft): Action => {
  switch (kind) {
    case 'DROP':
      return { type: kind }
    case 'SAMPLE':
      return { type: kind, percent: Number(percent) / 100, ...(path.trim() === '' ? {} : { path: path.trim() }) }
    case 'DROP_PROPERTIES':
    case 'ALLOW_PROPERTIES':
      return { type: kind, fields: fieldsFrom(properties) }
  }
}

/** A filter as a form shows it: its first action, which is the only one that the form makes. */
export const draftOf = ({ title, if: condition, actions: [action] }: Filter): Draft => {
  const everything = condition === 'all'
  const base = { ...EMPTY, title, everything, condition: everything ? '' : condition, kind: action?.type ?? 'DROP' }
  if (action?.type === 'SAMPLE')
    return { ...base, percent: String(Number((action.percent * 100).toPrecision(12))), path: action.path ?? '' }
  if (action?.type === 'DROP_PROPERTIES' || action?.type === 'ALLOW_PROPERTIES')
    return { ...base, properties: textFrom(action.fields) }
  return base
}

/** A draft as the API takes it. */
export const bodyOf = (draft: Draft) => ({
  title: draft.title.trim(),
  if: draft.everything ? 'all' : draft.condition,
  actions: [actionOf(draft)],
})

/** Whether a draft says enough to be tried. */
export const isComplete = ({ everything, condition, kind, percent, properties }: Draft): boolean => {
  if (!everything && condition.trim() === '') return false
  if (kind === 'SAMPLE') return percent.trim() !== '' && Number(percent) >= 0 && Number(percent) <= 100
  return kind === 'DROP' || properties.trim() !== ''
}
