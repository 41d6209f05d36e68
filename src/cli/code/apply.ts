import type { Api } from '../api.ts'
import { type Definition, KINDS } from './definition.ts'
import type { Change, Field } from './plan.ts'

const bodyOf = ({ name, description, enabled, audienceType, query, options }: Definition) => ({
  name,
  description,
  enabled,
  definition: { query, type: audienceType },
  options,
})

/** Options as a change of them sends them: what the file says no more is taken back. */
export const changedOptionsOf = (from: Definition['options'], to: Definition['options']) => ({
  ...Object.fromEntries(Object.keys(from).map((name) => [name, null])),
  ...to,
})

const patchOf = ({ from, to, fields }: Extract<Change, { type: 'change' }>) => {
  const { definition, ...rest } = { ...bodyOf(to), options: changedOptionsOf(from.options, to.options) }
  const plain = Object.fromEntries(Object.entries(rest).filter(([field]) => fields.includes(field as Field)))
  return fields.includes('query') || fields.includes('audienceType') ? { ...plain, definition } : plain
}

const remove = async (api: Api, { kind, key, enabled }: Definition): Promise<void> => {
  const path = `${KINDS[kind].path}/${key}`
  if (enabled) await api.patch(path, { enabled: false })
  await api.remove(path)
}

/** Makes one change of a plan; what is missing from the files is removed only where that is asked for. Answers whether anything was done. */
export const applyChange = async (api: Api, change: Change, removes: boolean): Promise<boolean> => {
  switch (change.type) {
    case 'make':
      await api.post(KINDS[change.to.kind].path, { key: change.to.key, ...bodyOf(change.to) })
      return true
    case 'change':
      await api.patch(`${KINDS[change.to.kind].path}/${change.to.key}`, patchOf(change))
      return true
    case 'missing':
      if (removes) await remove(api, change.from)
      return removes
  }
}
