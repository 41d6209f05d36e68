import type { Profile } from '../wire.ts'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

/** What to call a person of whom everything is known that there is. */
export const nameOf = ({ traits, identifiers, id }: Profile): string =>
  text(traits['name']) ??
  text([traits['firstName'] ?? traits['first_name'], traits['lastName'] ?? traits['last_name']].filter(Boolean).join(' ')) ??
  identifiers['email']?.[0] ??
  `Somebody (${id.slice(0, 8)})`
