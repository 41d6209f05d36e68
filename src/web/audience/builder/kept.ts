import { useState } from 'react'
import { useApi } from '../../api.ts'
import type { Draft } from './builder.tsx'
import { isComplete } from './draft.ts'

/** What was in force when an edit began; `saved` is its condition as JSON. */
export type Base = {
  readonly name: string
  readonly description: string
  readonly saved: string
  readonly version: number | undefined
}
type Kept = { readonly draft: Draft; readonly base?: Base }

const read = (place: string): Kept | undefined => {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? '') as Kept
    // What cannot be gone through can be neither shown nor mended: one begins anew.
    isComplete(kept.draft.condition)
    return kept
  } catch {
    return undefined
  }
}

/** A draft that this browser keeps until it is saved or thrown away; each space has its own, for another has other events and traits. */
export const useKept = (of: string, begin: () => Kept) => {
  const place = `usher.audience.draft.${useApi().session.spaceId}.${of}`
  const [found, setFound] = useState(() => read(place))
  const [kept, setKept] = useState(() => found ?? begin())
  const set = (draft: Draft): void => {
    const next = { ...kept, draft }
    localStorage.setItem(place, JSON.stringify(next))
    setKept(next)
  }
  const forget = (): void => localStorage.removeItem(place)
  const beginAnew = (): void => {
    forget()
    setFound(undefined)
    setKept(begin())
  }
  return { ...kept, set, forget, beginAnew, isResumed: found !== undefined }
}
