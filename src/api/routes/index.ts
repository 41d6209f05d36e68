import type { Door } from '../door.ts'
import type { App } from '../server.ts'
import { healthRoutes } from './health.ts'
import { spaceRoutes } from './space.ts'

/** Adds a noun's routes to a server. */
export type Route = (app: App, door: Door) => void | Promise<void>

/** Routes that carry their own credential (a write key, a signature, a signed link) or need none. */
export const openRoutes: readonly Route[] = [healthRoutes]

/** Routes behind a token; each begins with `/spaces/:space`. */
export const managementRoutes: readonly Route[] = [spaceRoutes]
