import * as z from 'zod'

/** What a rule is about (spec/connections §1.1). `COMMON` is asked of every call. */
export const RuleType = z.enum(['COMMON', 'TRACK', 'IDENTIFY', 'GROUP', 'PAGE', 'SCREEN'])
export type RuleType = z.infer<typeof RuleType>

/** The rules' type for a type of call. Aliases are asked nothing. */
export const ruleTypeOf = (type: string): Exclude<RuleType, 'COMMON'> | undefined => {
  switch (type) {
    case 'track':
      return 'TRACK'
    case 'identify':
      return 'IDENTIFY'
    case 'group':
      return 'GROUP'
    case 'page':
      return 'PAGE'
    case 'screen':
      return 'SCREEN'
    default:
      return undefined
  }
}

/** By what violations are counted: the event of a track call, the name of a page or screen (spec/connections §1.5). */
export const nameOf = (call: { readonly [key: string]: unknown }): string => {
  const name = call['type'] === 'track' ? call['event'] : call['type'] === 'page' || call['type'] === 'screen' ? call['name'] : ''
  return typeof name === 'string' ? name : ''
}
