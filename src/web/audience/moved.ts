import { many } from '../parts/words.ts'
import type { About, Audience } from '../wire.ts'

/** Whom an edit moves, of those who are in or would be. */
export type Moved = Readonly<Record<string, number>>

/** `12 people enter, 1 exits, 1,204 stay.` */
export const movedWords = ({ entered = 0, exited = 0, stayed = 0 }: Moved, about: About = 'USERS'): string => {
  const [one, several] = about === 'ACCOUNTS' ? ['account', 'accounts'] : ['person', 'people']
  return entered + exited === 0
    ? `Nobody enters or exits by it: ${many(stayed, `${one} stays`, `${several} stay`)}.`
    : `${many(entered, `${one} enters`, `${several} enter`)}, ${many(exited, 'exits', 'exit')}, ${many(stayed, 'stays', 'stay')}.`
}

/** How many are in: `12 people`, `3 accounts`. */
export const whoOf = ({ audienceType, size }: Pick<Audience, 'audienceType' | 'size'>): string =>
  audienceType === 'ACCOUNTS' ? many(size.count, 'account') : many(size.count, 'person', 'people')
