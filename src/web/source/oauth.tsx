import { Button, NativeSelect } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type ApiFailure, useApi, useGet } from '../api.ts'
import { Go } from '../parts/go.tsx'
import { Block } from '../parts/page.tsx'
import { Await, Failing } from '../parts/state.tsx'

export type OAuthApp = {
  readonly id: string
  readonly name: string
  readonly tokenDays: number
  readonly scopes: readonly string[]
  readonly keys: readonly { readonly id: string; readonly createdAt: string }[]
}

type Connected = {
  readonly id: string
  readonly oauth: { readonly appId: string | null; readonly enforced: boolean }
}

const sayingOf = ({ appId, enforced }: Connected['oauth']): string => {
  if (appId === null) return 'Whoever has a write key may send. Connect an app, and its senders can prove who they are.'
  if (enforced) return 'A write key alone lets nothing in: senders need a token of the app.'
  return 'Senders may use a token of the app. A write key alone still lets calls in: refuse it once all of them have one.'
}

/** Who may send to a source: whoever has its key, or only who proves to be an app. */
export const SourceOAuth = ({ of }: { readonly of: Connected }) => {
  const api = useApi()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<ApiFailure>()
  const apps = useGet<{ apps: readonly OAuthApp[] }>('/oauth-apps')
  const change = (oauth: Partial<Connected['oauth']>): Promise<void> => {
    setProblem(undefined)
    return api
      .call('PATCH', `/sources/${of.id}`, { oauth })
      .then(() => queries.invalidateQueries())
      .catch(setProblem)
  }
  const { appId, enforced } = of.oauth
  return (
    <Block title="OAuth" aside={<Go to="/oauth-apps">Apps</Go>}>
      {problem && <Failing error={problem} title="This could not be changed" />}
      <Await of={apps} lines={2}>
        {({ apps: all }) => (
          <div className="stack">
            <p className="soft small">{sayingOf(of.oauth)}</p>
            <div className="row wrap">
              <NativeSelect
                aria-label="OAuth app"
                value={appId ?? ''}
                onChange={(e) => void change({ appId: e.currentTarget.value || null })}
                data={[{ value: '', label: 'No app' }, ...all.map(({ id, name }) => ({ value: id, label: name }))]}
              />
              {appId !== null && (
                <Button size="xs" variant="default" onClick={() => void change({ enforced: !enforced })}>
                  {enforced ? 'Let the write key in again' : 'Refuse the bare write key'}
                </Button>
              )}
            </div>
            {all.length === 0 && (
              <Go to="/oauth-apps" className="accent small">
                Make the first app
              </Go>
            )}
          </div>
        )}
      </Await>
    </Block>
  )
}
