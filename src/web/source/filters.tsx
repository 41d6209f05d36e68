import { Button, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'
import { many } from '../parts/words.ts'

type Filter = {
  readonly id: string
  readonly integrationId: string
  readonly name: string
  readonly if: string
  readonly enabled: boolean
  readonly dropped: number
  readonly failed: number
}
type Tried = { readonly dropped: boolean; readonly answers: readonly { readonly answer: string; readonly reason?: string }[] }

const EXAMPLE = JSON.stringify({ type: 'track', event: 'Debug Click', userId: '42', properties: {} }, null, 2)

const What = ({ of: { dropped, failed, enabled } }: { readonly of: Filter }) => (
  <div className="dim small">
    {enabled ? 'on' : 'off'}; {dropped === 0 ? 'dropped nothing in 24 hours' : `dropped ${many(dropped, 'call')} in 24 hours`}
    {failed > 0 && `, ${failed} of them because it could not decide`}
  </div>
)

const List = ({ of, source }: { readonly of: readonly Filter[]; readonly source: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const act = (method: 'PATCH' | 'DELETE', filter: Filter, body?: object): Promise<void> =>
    api
      .call(method, `/filters/${filter.id}`, body)
      .then(() => queries.invalidateQueries({ queryKey: ['/filters'] }))
      .catch(setProblem)
  return (
    <>
      {problem && <Failing error={problem} title="This could not be changed" />}
      <ul className="list">
        {of.map((filter) => (
          <li key={filter.id} className="wrap">
            <div className="grow">
              <strong>{filter.name}</strong> {filter.integrationId !== source && <span className="dim">of the whole space</span>}
              <div className="mono small">drops if {filter.if}</div>
              <What of={filter} />
            </div>
            <Button
              size="xs"
              variant="default"
              aria-label={`Switch ${filter.enabled ? 'off' : 'on'} ${filter.name}`}
              onClick={() => void act('PATCH', filter, { enabled: !filter.enabled })}
            >
              {filter.enabled ? 'Switch off' : 'Switch on'}
            </Button>
            {!filter.enabled && (
              <Button size="xs" variant="default" aria-label={`Delete ${filter.name}`} onClick={() => void act('DELETE', filter)}>
                Delete
              </Button>
            )}
          </li>
        ))}
        {of.length === 0 && <li className="dim">No filter: every call goes on.</li>}
      </ul>
    </>
  )
}

const Said = ({ of: { dropped, answers } }: { readonly of: Tried }) => {
  const reason = answers.find((each) => each.reason)?.reason
  return (
    <output>
      {dropped ? 'This call would be dropped' : 'This call would go on'}
      {reason ? `, because nobody can decide: ${reason}.` : '.'}
    </output>
  )
}

const callOf = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

const Create = ({ source }: { readonly source: string }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [condition, setCondition] = useState('')
  const [sample, setSample] = useState(EXAMPLE)
  const [tried, setTried] = useState<Tried>()
  const [problem, setProblem] = useState<ApiFailure>()
  const call = callOf(sample)
  const attempt = (work: Promise<unknown>): Promise<void> => {
    setProblem(undefined)
    return work.then(() => undefined).catch(setProblem)
  }
  const tryIt = (): Promise<void> =>
    attempt(api.call<{ data: Tried }>('POST', '/filters/previews', { if: condition, call }).then(({ data }) => setTried(data)))
  const create = (event: FormEvent): Promise<void> => {
    event.preventDefault()
    return attempt(
      api.call('POST', '/filters', { integrationId: source, name: name.trim(), if: condition, enabled: true }).then(async () => {
        setName('')
        setCondition('')
        setTried(undefined)
        await queries.invalidateQueries({ queryKey: ['/filters'] })
      }),
    )
  }
  return (
    <form onSubmit={(event) => void create(event)} className="stack">
      <TextInput label="Name" value={name} onChange={(e) => setName(e.currentTarget.value)} placeholder="No debug events" />
      <TextInput
        label="Drop a call if"
        value={condition}
        onChange={(e) => {
          setCondition(e.currentTarget.value)
          setTried(undefined)
        }}
        placeholder="type = 'track' and match(event, 'Debug *')"
      />
      <p className="dim small">In Segment's filter query language (FQL). What cannot be decided is dropped.</p>
      <Textarea
        label="Try it on a call"
        value={sample}
        autosize
        minRows={5}
        onChange={(e) => setSample(e.currentTarget.value)}
        error={call ? undefined : 'This is no JSON object.'}
      />
      {problem && <Failing error={problem} title="This filter cannot be asked" />}
      {tried && <Said of={tried} />}
      <div className="row wrap">
        <Button variant="default" disabled={condition === '' || !call} onClick={() => void tryIt()}>
          Try it
        </Button>
        <Button type="submit" disabled={condition === '' || name.trim() === ''}>
          Drop such calls from now on
        </Button>
      </div>
    </form>
  )
}

/** The filters that a source's calls meet: the space's, then its own; and a new one, tried on a call before it bites. */
export const Filters = ({ source }: { readonly source: string }) => {
  const { session } = useApi()
  const filters = useGet<{ filters: readonly Filter[] }>('/filters')
  return (
    <div className="cols">
      <Block title="Calls that are dropped at the door">
        <Await of={filters}>
          {({ filters: all }) => {
            const met = all.filter(({ integrationId }) => integrationId === source || integrationId === session.spaceId)
            const own = (filter: Filter): number => (filter.integrationId === source ? 1 : 0)
            return <List of={met.toSorted((a, b) => own(a) - own(b))} source={source} />
          }}
        </Await>
      </Block>
      <Block title="Another filter">
        <Create source={source} />
      </Block>
    </div>
  )
}
