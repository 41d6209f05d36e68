import '@mantine/core/styles/baseline.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles/global.css'
import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Button.css'
import '@mantine/core/styles/Loader.css'
import '@mantine/core/styles/Skeleton.css'
import '@mantine/core/styles/Input.css'
import '@mantine/core/styles/PasswordInput.css'
import '@mantine/core/styles/ActionIcon.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiFailure, ApiProvider, createApi, openSession } from './api.ts'
import { Failing } from './parts/state.tsx'
import { makeRouter } from './router.tsx'
import { theme } from './theme.ts'
import type { Session } from './wire.ts'

const SignIn = lazy(() => import('./frame/sign-in.tsx'))

const KEPT = 'usher.token'
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiFailure) || error.status === 0 || error.status >= 500),
    },
  },
})
const router = makeRouter()

type Entering = { readonly at: 'asking' | 'away' | 'out' } | { readonly at: 'in'; readonly session: Session }

const useSession = (): readonly [Entering, (session: Session) => void, () => void] => {
  const [entering, setEntering] = useState<Entering>({ at: 'asking' })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks again
  useEffect(() => {
    // In development a token kept from another day is of no use: the server hands out today's.
    openSession(undefined)
      .catch((error: unknown) => {
        const kept = localStorage.getItem(KEPT)
        if (error instanceof ApiFailure && error.status === 401 && kept) return openSession(kept)
        throw error
      })
      .then((session) => setEntering({ at: 'in', session }))
      .catch((error: unknown) => setEntering({ at: error instanceof ApiFailure && error.status === 401 ? 'out' : 'away' }))
  }, [attempt])
  const signIn = (session: Session): void => {
    localStorage.setItem(KEPT, session.token)
    setEntering({ at: 'in', session })
  }
  return [entering, signIn, () => setAttempt(attempt + 1)]
}

const App = () => {
  const [entering, signIn, again] = useSession()
  switch (entering.at) {
    case 'asking':
      return null
    case 'away':
      return (
        <main className="signin">
          <Failing error={new ApiFailure(0, 'unreachable', 'Usher does not answer. Is it running?')} again={again} />
        </main>
      )
    case 'out':
      return (
        <Suspense fallback={null}>
          <SignIn signedIn={signIn} />
        </Suspense>
      )
    case 'in':
      return (
        <ApiProvider value={createApi(entering.session)}>
          <RouterProvider router={router} />
        </ApiProvider>
      )
  }
}

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </MantineProvider>,
  )
