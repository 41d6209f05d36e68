import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './frame/frame.tsx'
import { Overview } from './overview/overview.tsx'
import { Go } from './parts/go.tsx'
import { Page } from './parts/page.tsx'
import { Empty } from './parts/state.tsx'

const Lost = () => (
  <Page title="Usher" tab="Not found" fact="There is nothing at this address.">
    <Empty icon="search" title="The link may be old, or belong to another space." action={<Go to="/">Go to the overview</Go>} />
  </Page>
)

const root = createRootRoute({ component: Frame, notFoundComponent: Lost })
type Load = Parameters<typeof lazyRouteComponent>[0]
const screen = (path: string, load: Load) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) })

/** Every screen's address. All but the first are loaded when they are opened. */
const screens = [
  createRoute({ getParentRoute: () => root, path: '/', component: Overview }),
  screen('/audiences', () => import('./audience/list.tsx')),
  screen('/audiences/new', () => import('./audience/new.tsx')),
  screen('/audiences/$id', () => import('./audience/page.tsx')),
  screen('/audiences/$id/edit', () => import('./audience/edit.tsx')),
  screen('/computed-traits', () => import('./computed-trait/list.tsx')),
  screen('/computed-traits/new', () => import('./computed-trait/new.tsx')),
  screen('/computed-traits/$id', () => import('./computed-trait/page.tsx')),
  screen('/computed-traits/$id/edit', () => import('./computed-trait/edit.tsx')),
  screen('/sql-traits', () => import('./sql-trait/list.tsx')),
  screen('/sql-traits/new', () => import('./sql-trait/new.tsx')),
  screen('/sql-traits/$id', () => import('./sql-trait/page.tsx')),
  screen('/sql-traits/$id/edit', () => import('./sql-trait/edit.tsx')),
  screen('/warehouses', () => import('./sql-trait/warehouses.tsx')),
  screen('/journeys', () => import('./journey/list.tsx')),
  screen('/journeys/$id', () => import('./journey/page.tsx')),
  screen('/journeys/$id/runs/$run', () => import('./journey/run.tsx')),
  screen('/messages', () => import('./message/list.tsx')),
  screen('/messages/$id', () => import('./message/page.tsx')),
  screen('/people', () => import('./profile/list.tsx')),
  screen('/people/$id', () => import('./profile/page.tsx')),
  screen('/imports', () => import('./import/list.tsx')),
  screen('/imports/$id', () => import('./import/page.tsx')),
  screen('/accounts', () => import('./account/list.tsx')),
  screen('/accounts/$id', () => import('./account/page.tsx')),
  screen('/templates', () => import('./template/list.tsx')),
  screen('/templates/$id', () => import('./template/page.tsx')),
  screen('/mailbox', () => import('./mailbox/mailbox.tsx')),
  screen('/destinations', () => import('./destination/list.tsx')),
  screen('/destinations/$id', () => import('./destination/page.tsx')),
  screen('/sources', () => import('./source/sources.tsx')),
  screen('/sources/$id', () => import('./source/page.tsx')),
  screen('/oauth-apps', () => import('./source/oauth-apps.tsx')),
  screen('/tracking-plans', () => import('./tracking-plan/list.tsx')),
  screen('/tracking-plans/$id', () => import('./tracking-plan/page.tsx')),
  screen('/transformations', () => import('./transformation/list.tsx')),
  screen('/functions', () => import('./function/list.tsx')),
  screen('/functions/$id', () => import('./function/page.tsx')),
  screen('/alerts', () => import('./alert/list.tsx')),
  screen('/identity-rules', () => import('./identity-rule/list.tsx')),
  screen('/settings', () => import('./source/settings.tsx')),
]

// Queries stay text: `?search=123` is what was typed, not a number.
const parseSearch = (text: string): Record<string, string> => Object.fromEntries(new URLSearchParams(text))
const stringifySearch = (search: Record<string, unknown>): string => {
  const text = new URLSearchParams(Object.entries(search).map(([key, value]) => [key, String(value)])).toString()
  return text ? `?${text}` : ''
}

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren(screens),
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: ({ error }) => (
      <Page title="Usher" fact="This screen broke.">
        <Empty
          icon="warn"
          title="Load it again; nothing of yours was lost."
          action={<a href={window.location.href}>Load again</a>}
        >
          {error instanceof Error ? error.message : String(error)}
        </Empty>
      </Page>
    ),
  })
