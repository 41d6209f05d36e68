import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { Block } from '../parts/page.tsx'
import { shown } from '../parts/words.ts'
import type { Traits as TraitsOf } from '../wire.ts'

/** What is known of a person, computed or told; many are searched. */
export const Traits = ({ of, computed }: { readonly of: TraitsOf; readonly computed: TraitsOf | undefined }) => {
  const [search, setSearch] = useState('')
  const all = [
    ...Object.entries(computed ?? {}).map(([key, value]) => ({ key, value, isComputed: true })),
    ...Object.entries(of).map(([key, value]) => ({ key, value, isComputed: false })),
  ]
  const found = all.filter(({ key, value }) => `${key} ${shown(value)}`.toLowerCase().includes(search.toLowerCase()))
  return (
    <Block title="Traits" aside={all.length}>
      {all.length > 8 && (
        <TextInput
          size="xs"
          mb={10}
          placeholder="Find a trait"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          aria-label="Find a trait"
        />
      )}
      {all.length === 0 && <p className="dim">Nothing is known about them beyond their identifiers.</p>}
      <dl className="pairs">
        {found.map(({ key, value, isComputed }) => (
          <div key={key + isComputed} className="pair">
            <dt title={isComputed ? 'computed from events' : undefined}>
              {key}
              {isComputed && ' ∑'}
            </dt>
            <dd>{shown(value)}</dd>
          </div>
        ))}
      </dl>
    </Block>
  )
}
