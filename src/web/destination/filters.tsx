import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useApi, useGet } from '../api.ts'
import { useActing } from '../parts/acting.ts'
import { Block } from '../parts/page.tsx'
import { Await, Empty, Failing } from '../parts/state.tsx'
import { capital } from '../parts/words.ts'
import { FilterForm } from './filter-form.tsx'
import { callsInWords } from './trigger.ts'
import type { Destination, Filter } from './wire.ts'
import { actionInWords } from './words.ts'

const sentenceOf = ({ if: condition, actions }: Filter): string => {
  const said = callsInWords(condition)
  const which = condition === 'all' ? 'all calls' : 'words' in said ? said.words.replace(/^every call$/, 'all calls') : condition
  return `${capital(which)} ${actions.map(actionInWords).join(', and ')}`
}

const Line = ({ of, open }: { readonly of: Filter; readonly open: () => void }) => {
  const api = useApi()
  const queries = useQueryClient()
  const { busy, problem, act } = useActing()
  const path = `/destination/${of.destinationId}/filters`
  const then = (work: Promise<unknown>): void =>
    act(async () => {
      await work
      await queries.invalidateQueries({ queryKey: [path] })
    })
  const small = { size: 'xs', variant: 'default', disabled: busy } as const
  return (
    <li className="from-top wrap">
      <div className="grow">
        <strong>{of.title}</strong> {!of.enabled && <span className="dim">off</span>}
        <div className="small">{sentenceOf(of)}.</div>
      </div>
      <div className="row wrap tight">
        <Button
          {...small}
          aria-label={`Switch ${of.enabled ? 'off' : 'on'} ${of.title}`}
          onClick={() => then(api.call('PATCH', `${path}/${of.id}`, { enabled: !of.enabled }))}
        >
          {of.enabled ? 'Switch off' : 'Switch on'}
        </Button>
        {of.actions.length === 1 && (
          <Button {...small} aria-label={`Edit ${of.title}`} onClick={open}>
            Edit
          </Button>
        )}
        {!of.enabled && (
          <Button {...small} aria-label={`Delete ${of.title}`} onClick={() => then(api.call('DELETE', `${path}/${of.id}`))}>
            Delete
          </Button>
        )}
      </div>
      {problem && <Failing error={problem} title="It was not changed" />}
    </li>
  )
}

/** What a destination does not get, or gets without some properties; and another filter, tried on a call. */
export const Filters = ({ of }: { readonly of: Destination }) => {
  const found = useGet<{ filters: readonly Filter[] }>(`/destination/${of.id}/filters`)
  const [editing, edit] = useState<string>()
  return (
    <div className="cols">
      <Block title="What it does not get">
        <Await of={found}>
          {({ filters }) =>
            filters.length === 0 ? (
              <Empty icon="split" title="No filter: it gets every call of its source">
                Keep calls back, send only some of them, or leave properties out: write a filter beside this, and try it first.
              </Empty>
            ) : (
              <ul className="list">
                {filters.map((one) =>
                  one.id === editing ? (
                    <li key={one.id}>
                      <FilterForm destination={of.id} of={one} close={() => edit(undefined)} />
                    </li>
                  ) : (
                    <Line key={one.id} of={one} open={() => edit(one.id)} />
                  ),
                )}
              </ul>
            )
          }
        </Await>
      </Block>
      {editing === undefined && (
        <Block title="Another filter">
          <FilterForm destination={of.id} />
        </Block>
      )}
    </div>
  )
}
