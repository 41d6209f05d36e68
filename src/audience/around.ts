import { Invalid } from '../base/errors.ts'
import { unreachable } from '../base/must.ts'
import { iterate } from './compare.ts'
import type { Reference } from './condition.ts'
import type { Around, Sql } from './operator.ts'

/** What references read at some place of a condition; what is left out is not there. */
export type Surroundings = {
  readonly now: Date
  /** Properties of the event, or the entry of the array, that is looked at. */
  readonly property?: Sql | undefined
  /** The context of that event. */
  readonly context?: Sql | undefined
  /** Properties of the event around it in a funnel. */
  readonly parent?: Sql | undefined
  /** The value of a trait of the profile. */
  readonly trait?: ((path: string) => Sql) | undefined
}

const nothing = (sentence: string, remedy: string): Invalid =>
  new Invalid('reference', [{ field: 'condition.compare', message: sentence, remedy }])

const within = (properties: Sql | undefined, path: string, sentence: string, remedy: string): Sql => {
  if (properties) return iterate(properties, path).value
  throw nothing(sentence, remedy)
}

/** What is around a comparison. */
export const around = ({ now, property, context, parent, trait }: Surroundings): Around => ({
  now,
  read: ({ reference, path }: Reference): Sql => {
    switch (reference) {
      case 'property':
        return within(property, path, 'there is no event whose property could be read here', 'compare with a trait or a literal')
      case 'context':
        return within(context, path, 'there is no event whose context could be read here', 'compare with a trait or a literal')
      case 'parent':
        return within(parent, path, 'there is no event around this one', 'only an event inside where(…) has one')
      case 'trait':
        if (trait) return trait(path)
        throw nothing('traits cannot be read here', 'compare with a literal')
      default:
        return unreachable(reference)
    }
  },
})
