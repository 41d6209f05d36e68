import type { Caller } from '../auth.ts'
import type { Door } from '../door.ts'

/** What somebody who calls does to the definitions of the space: who, where, when, and within which limits. */
export const actOf = ({ now, config }: Door, { spaceId, name }: Pick<Caller, 'spaceId' | 'name'>) => ({
  spaceId,
  by: name,
  now: now(),
  limits: config.limits,
})
