import { lazy, Suspense } from 'react'
import type { Condition, Filter } from '../../../audience/condition.ts'

// Sentences know every operator, compiler and all, so they are fetched only where they are shown. What they bring along would make
// functions of text, which the page's policy refuses, and complain about it.
const sentences = async () => {
  const { config } = await import('zod')
  config({ jitless: true })
  return import('../../../audience/sentence.ts')
}

const Sentence = lazy(async () => {
  const { sentence } = await sentences()
  return { default: ({ of }: { readonly of: Condition }) => sentence(of) }
})
const WhereSentence = lazy(async () => {
  const { whereSentence } = await sentences()
  return { default: ({ of }: { readonly of: Filter }) => whereSentence(of) }
})

const TITLE = 'Change it as JSON or as a query'

/** A condition that the builder cannot write, read out. */
export const Spoken = ({ condition }: { readonly condition: Condition }) => (
  <span className="soft" title={TITLE}>
    <Suspense fallback="…">
      <Sentence of={condition} />
    </Suspense>
  </span>
)

/** The same for what an event must hold. */
export const SpokenFilter = ({ filter }: { readonly filter: Filter }) => (
  <span className="soft" title={TITLE}>
    <Suspense fallback="…">
      <WhereSentence of={filter} />
    </Suspense>
  </span>
)
