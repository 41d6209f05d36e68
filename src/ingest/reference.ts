import type { ProfileReference } from '../profile/read.ts'
import { spelled } from './identifiers.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Reads `type:value` or a UUID; undefined when it is neither. The type is taken in lower case, and the value is spelled as ingestion spells it:
 * an e-mail address in lower case, a phone number in E.164 (spec/audiences §5.1).
 */
export const parseReference = (text: string): ProfileReference | undefined => {
  if (UUID.test(text)) return { id: text.toLowerCase() }
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) return undefined
  const type = text.slice(0, colon).toLowerCase()
  return { type, value: spelled(type, text.slice(colon + 1)) }
}
