import type { Problem } from '../wire.ts'

const isAt = (field: string, place: string): boolean => field === place || field.startsWith(`${place}.`)

/** The problems of these places, and of what is inside them. */
export const problemsAt = (problems: readonly Problem[], ...places: readonly string[]): readonly Problem[] =>
  problems.filter(({ field }) => places.some((place) => isAt(field, place)))

/** Those that stand at none of these places. */
export const problemsElsewhere = (problems: readonly Problem[], ...places: readonly string[]): readonly Problem[] =>
  problems.filter(({ field }) => !places.some((place) => isAt(field, place)))

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A problem as a sentence, with its remedy. */
export const problemWords = ({ message, remedy }: Problem): string => `${capital(message)}${remedy ? `: ${remedy}` : ''}.`

/** What is wrong, beside the field that it is about. */
export const Beside = ({ of }: { readonly of: readonly Problem[] }) =>
  of.length === 0 ? null : (
    <div className="beside" role="alert">
      {of.map((problem) => (
        <p key={problem.field + problem.message}>{problemWords(problem)}</p>
      ))}
    </div>
  )
