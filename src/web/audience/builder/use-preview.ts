import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Condition } from '../../../audience/condition.ts'
import { type ApiFailure, useApi } from '../../api.ts'
import type { About, Preview } from '../../wire.ts'

type Answer = { readonly data: { readonly audiencePreview: Preview } }

/**
 * Who matches what is being written: an estimate as soon as there is one, then the exact number. Whoever writes on gives up what was asked before.
 */
export const usePreview = (condition: Condition | undefined, identifiers: boolean, audienceType: About = 'USERS') => {
  const api = useApi()
  const [text] = useDebouncedValue(condition ? JSON.stringify(condition) : '', 350)
  const asked = useQuery<Preview, ApiFailure>({
    queryKey: ['preview', text, identifiers, audienceType],
    queryFn: async ({ signal }) => {
      const definition = { condition: JSON.parse(text) as Condition }
      const body = { definition, audienceType, count: 10, identifiers, wait: 'estimate' }
      return (await api.call<Answer>('POST', '/audiences/previews', body, signal)).data.audiencePreview
    },
    enabled: text !== '',
    placeholderData: keepPreviousData,
    // What was counted an hour ago is not who matches now, and what was given up is gone.
    gcTime: 0,
  })
  const id = !asked.isPlaceholderData && asked.data?.status === 'RUNNING' ? asked.data.id : undefined
  const later = useQuery<Preview, ApiFailure>({
    queryKey: ['preview', id],
    // One that is given up is asked for no more: its answer would be that it is gone.
    queryFn: async ({ signal }) =>
      (await api.call<Answer>('GET', `/audiences/previews/${id}`, undefined, signal)).data.audiencePreview,
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'RUNNING' ? false : 400),
    gcTime: 0,
  })
  useEffect(() => {
    if (id === undefined) return undefined
    return () => {
      api.call('DELETE', `/audiences/previews/${id}`).catch(() => {})
    }
  }, [api, id])
  const found = id === undefined ? asked.data : (later.data ?? asked.data)
  return { found, error: asked.error ?? later.error, stale: asked.isPlaceholderData }
}
