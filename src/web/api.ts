import { type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import type { Pagination, Problem, Session } from './wire.ts'

/** What the API refused, in its own words. */
export class ApiFailure extends Error {
  readonly status: number
  readonly code: string
  readonly problems: readonly Problem[]
  /** All that was answered, where a refusal says more than its words. */
  readonly body: unknown
  constructor(status: number, code: string, message: string, problems: readonly Problem[] = [], body?: unknown) {
    super(message)
    this.status = status
    this.code = code
    this.problems = problems
    this.body = body
  }
}

export type Params = Readonly<Record<string, string | number | undefined>>
type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

/** The management API of one space: paths begin after `/spaces/<space>`. */
export type Api = {
  readonly session: Session
  /** `signal` hangs up: nobody waits for the answer any more. */
  readonly call: <T>(method: Method, path: string, body?: unknown, signal?: AbortSignal) => Promise<T>
  readonly get: <T>(path: string, params?: Params) => Promise<T>
  /** Sends bytes as they are. */
  readonly upload: <T>(path: string, body: Blob) => Promise<T>
  /** A file with its name: behind the token, so no plain link. */
  readonly file: (path: string) => Promise<{ readonly name: string; readonly content: Blob }>
}

const withParams = (path: string, params: Params = {}): string => {
  const given = Object.entries(params).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== '',
  )
  if (given.length === 0) return path
  return `${path}?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
}

const failureOf = async (answer: Response): Promise<ApiFailure> => {
  const body = (await answer.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string; problems?: readonly Problem[] }
  }
  const message = body.error?.message ?? `The server answered ${answer.status}.`
  return new ApiFailure(answer.status, body.error?.code ?? 'failed', message, body.error?.problems, body)
}

const typeOf = (body: unknown): string => (body instanceof Blob ? body.type || 'application/octet-stream' : 'application/json')

const fetchJson = async <T>(
  url: string,
  token: string | undefined,
  method: Method = 'GET',
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> => {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
    },
    ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch(() => {
    throw new ApiFailure(0, 'unreachable', 'Usher does not answer. Is it running?')
  })
  if (!answer.ok) throw await failureOf(answer)
  const text = await answer.text()
  return (text === '' ? {} : JSON.parse(text)) as T
}

const fetchFile = async (url: string, token: string): Promise<{ readonly name: string; readonly content: Blob }> => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => {
    throw new ApiFailure(0, 'unreachable', 'Usher does not answer. Is it running?')
  })
  if (!answer.ok) throw await failureOf(answer)
  const [, name = 'file'] = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '') ?? []
  return { name, content: await answer.blob() }
}

/** Who the app is: by a token that was kept or typed, or in development by what the server hands this machine's own browser. */
export const openSession = async (token: string | undefined): Promise<Session> => {
  const { data } = await fetchJson<{ data: Omit<Session, 'token'> & { token?: string } }>('/session', token)
  return { ...data, token: data.token ?? token ?? '' }
}

export const createApi = (session: Session): Api => {
  const base = `/spaces/${encodeURIComponent(session.spaceId)}`
  return {
    session,
    call: (method, path, body, signal) => fetchJson(base + path, session.token, method, body, signal),
    get: (path, params) => fetchJson(base + withParams(path, params), session.token),
    file: (path) => fetchFile(base + path, session.token),
    upload: (path, body) => fetchJson(base + path, session.token, 'POST', body),
  }
}

const Connected = createContext<Api | undefined>(undefined)
export const ApiProvider = Connected.Provider

export const useApi = (): Api => {
  const api = useContext(Connected)
  if (!api) throw new Error('useApi needs an ApiProvider around it')
  return api
}

export type Getting = {
  readonly params?: Params
  /** Milliseconds between refreshes; for a list that must stand still under the pointer, `whileEmpty` instead. */
  readonly every?: number
  readonly whileEmpty?: number
  readonly enabled?: boolean
  readonly keep?: boolean
}

/** One answer of the API, kept and refreshed each `every` milliseconds; the `data` envelope is taken off. */
export const useGet = <T>(path: string, { params, every, enabled = true, keep }: Getting = {}): UseQueryResult<T, ApiFailure> => {
  const api = useApi()
  return useQuery<T, ApiFailure>({
    queryKey: [path, params ?? {}],
    queryFn: async () => (await api.get<{ data: T }>(path, params)).data,
    enabled,
    ...(every ? { refetchInterval: every } : {}),
    ...(keep ? { placeholderData: (previous: T | undefined) => previous } : {}),
  } as Parameters<typeof useQuery<T, ApiFailure>>[0])
}

type Page<Noun extends string, T> = { data: { [key in Noun]: readonly T[] } & { pagination?: Pagination } }

/** A list by cursor: its items so far, the total where the API knows it, and how to get more. */
export const useList = <T>(path: string, noun: string, { params, every, whileEmpty, enabled = true }: Getting = {}) => {
  const api = useApi()
  const found = useInfiniteQuery({
    queryKey: [path, 'list', params ?? {}],
    queryFn: ({ pageParam }) => api.get<Page<string, T>>(path, { ...params, cursor: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.data.pagination?.next ?? undefined,
    enabled,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.data[noun]?.length === 0 ? whileEmpty : undefined) ?? every ?? false,
  })
  const items = found.data?.pages.flatMap((page) => (page.data[noun] ?? []) as readonly T[])
  return {
    items,
    total: found.data?.pages[0]?.data.pagination?.totalEntries,
    error: found.error as ApiFailure | null,
    more: found.hasNextPage ? () => void found.fetchNextPage() : undefined,
    loadingMore: found.isFetchingNextPage,
    again: () => void found.refetch(),
  }
}
