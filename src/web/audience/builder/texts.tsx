import { type ComponentType, lazy, Suspense, useEffect, useState } from 'react'
import type { Condition } from '../../../audience/condition.ts'
import { Loading } from '../../parts/state.tsx'
import { closed, type Group, opened } from './draft.ts'

/** A way to write a condition down. `read` throws what is wrong, in words. */
type Language = {
  readonly name: string
  readonly write: (condition: Condition) => string
  readonly read: (text: string, audiences: ReadonlySet<string>) => Condition
}

type TextProps = {
  readonly condition: Group
  readonly set: (condition: Group) => void
  /** Whether what stands there cannot be read, so that it is not what would be saved. */
  readonly unread: (unread: boolean) => void
  /** The keys of audiences that there are. */
  readonly audiences: ReadonlySet<string>
}

const Written = ({ language, condition, set, unread, audiences }: TextProps & { readonly language: Language }) => {
  const [text, setText] = useState(() => (condition.conditions.length === 0 ? '' : language.write(closed(condition))))
  const [problem, setProblem] = useState('')
  // Elsewhere one goes on with what could be read.
  useEffect(() => () => unread(false), [unread])
  const put = (next: string): void => {
    setText(next)
    try {
      set(opened(next.trim() === '' ? undefined : language.read(next, audiences)))
      setProblem('')
      unread(false)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      unread(true)
    }
  }
  return (
    <>
      <textarea
        className="code"
        value={text}
        spellCheck={false}
        aria-label={`The condition as ${language.name}`}
        aria-invalid={problem !== ''}
        onChange={(event) => put(event.currentTarget.value)}
      />
      {problem && (
        <pre className="unread" role="alert">
          {problem}
        </pre>
      )}
    </>
  )
}

const textIn = (load: () => Promise<Language>): ComponentType<TextProps> => {
  const Loaded = lazy(async () => {
    // What reads would make functions of text, which the page's policy refuses, and complain about it.
    const { config } = await import('zod')
    config({ jitless: true })
    const language = await load()
    return { default: (props: TextProps) => <Written {...props} language={language} /> }
  })
  return (props) => (
    <Suspense fallback={<Loading lines={4} />}>
      <Loaded {...props} />
    </Suspense>
  )
}

/** The condition in Segment's query language. */
export const QueryText = textIn(async () => {
  const { parseCondition, printCondition } = await import('../../../audience/text/condition.ts')
  return { name: 'a query', write: printCondition, read: (text, audiences) => parseCondition(text, { audiences }) }
})

/** The condition as the API has it. */
export const JsonText = textIn(async () => {
  const { Condition: Shape } = await import('../../../audience/condition.ts')
  const read = (text: string): Condition => {
    const { data, error } = Shape.safeParse(JSON.parse(text))
    if (data) return data
    throw new Error(error?.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')).join('\n'))
  }
  return { name: 'JSON', write: (condition) => JSON.stringify(condition, null, 2), read }
})
