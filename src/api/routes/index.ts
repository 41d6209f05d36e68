import type { Inside } from '../door.ts'
import type { App } from '../server.ts'
import { accountRoutes } from './accounts.ts'
import { alertRoutes } from './alerts.ts'
import { audienceCaseRoutes } from './audience-cases.ts'
import { audienceRoutes } from './audiences.ts'
import { callImportRoutes } from './call-imports.ts'
import { catalogRoutes } from './catalog.ts'
import { computedTraitRoutes } from './computed-traits.ts'
import { connectionRoutes } from './connections.ts'
import { consentCategoryRoutes } from './consent-categories.ts'
import { destinationFigureRoutes } from './destination-figures.ts'
import { destinationFilterRoutes } from './destination-filters.ts'
import { destinationReplayRoutes } from './destination-replays.ts'
import { destinationTestRoutes } from './destination-tests.ts'
import { destinationRoutes } from './destinations.ts'
import { downloadRoutes } from './downloads.ts'
import { editPreviewRoutes } from './edit-previews.ts'
import { filterRoutes } from './filters.ts'
import { folderRoutes } from './folders.ts'
import { functionInstanceRoutes } from './function-instances.ts'
import { functionRoutes } from './functions.ts'
import { healthRoutes } from './health.ts'
import { identityRuleRoutes } from './identity-rules.ts'
import { importRoutes } from './imports.ts'
import { integrationFilterRoutes } from './integration-filters.ts'
import { journeyRunRoutes } from './journey-runs.ts'
import { journeyRoutes } from './journeys.ts'
import { limitRoutes } from './limits.ts'
import { liveRoutes } from './live.ts'
import { mailboxRoutes } from './mailbox.ts'
import { mappingRoutes } from './mappings.ts'
import { messageRoutes } from './messages.ts'
import { oauthAppRoutes } from './oauth-apps.ts'
import { oauthTokenRoutes } from './oauth-tokens.ts'
import { overviewRoutes } from './overview.ts'
import { planCsvRoutes } from './plan-csv.ts'
import { planLibraryRoutes } from './plan-libraries.ts'
import { plannedSourceRoutes } from './planned-sources.ts'
import { preferenceRoutes } from './preferences.ts'
import { profileApiRoutes } from './profile-api.ts'
import { profileGraphRoutes } from './profile-graph.ts'
import { profileRoutes } from './profiles.ts'
import { providerAccountRoutes } from './provider-accounts.ts'
import { regulationRoutes } from './regulations.ts'
import { sdkScriptRoutes } from './sdk-scripts.ts'
import { sessionRoutes } from './session.ts'
import { sourceCallRoutes } from './source-calls.ts'
import { sourceCatalogRoutes } from './source-catalog.ts'
import { sourceDropRoutes } from './source-drops.ts'
import { sourceFeedRoutes } from './source-feeds.ts'
import { sourceOverviewRoutes } from './source-overview.ts'
import { sourceSchemaRoutes } from './source-schema.ts'
import { sourceTestRoutes } from './source-tests.ts'
import { sourceRoutes } from './sources.ts'
import { spaceRoutes } from './space.ts'
import { sqlTraitRoutes } from './sql-traits.ts'
import { subscriptionRoutes } from './subscriptions.ts'
import { suppressionRoutes } from './suppressions.ts'
import { templateRoutes } from './templates.ts'
import { testSendRoutes } from './test-sends.ts'
import { timelineRoutes } from './timeline.ts'
import { tokenRoutes } from './tokens.ts'
import { trackingRoutes } from './tracking.ts'
import { trackingPlanRoutes } from './tracking-plans.ts'
import { transformationRoutes } from './transformations.ts'
import { warehouseRoutes } from './warehouses.ts'
import { webhookRoutes } from './webhooks.ts'

/** Adds a noun's routes to a server. */
export type Route = (app: App, door: Inside) => void | Promise<void>

/** Routes that carry their own credential (a write key, a signature, a signed link) or need none. */
export const openRoutes: readonly Route[] = [
  healthRoutes,
  sessionRoutes,
  oauthTokenRoutes,
  trackingRoutes,
  sdkScriptRoutes,
  preferenceRoutes,
  profileApiRoutes,
  webhookRoutes,
  downloadRoutes,
]

/** Routes behind a token; each begins with `/spaces/:space`. */
export const managementRoutes: readonly Route[] = [
  identityRuleRoutes,
  tokenRoutes,
  spaceRoutes,
  audienceRoutes,
  computedTraitRoutes,
  editPreviewRoutes,
  audienceCaseRoutes,
  overviewRoutes,
  liveRoutes,
  timelineRoutes,
  mailboxRoutes,
  subscriptionRoutes,
  suppressionRoutes,
  regulationRoutes,
  templateRoutes,
  messageRoutes,
  testSendRoutes,
  providerAccountRoutes,
  journeyRoutes,
  journeyRunRoutes,
  profileRoutes,
  accountRoutes,
  importRoutes,
  callImportRoutes,
  profileGraphRoutes,
  catalogRoutes,
  sourceRoutes,
  oauthAppRoutes,
  sourceFeedRoutes,
  sourceDropRoutes,
  sourceOverviewRoutes,
  sourceSchemaRoutes,
  sourceCatalogRoutes,
  filterRoutes,
  trackingPlanRoutes,
  planCsvRoutes,
  plannedSourceRoutes,
  planLibraryRoutes,
  transformationRoutes,
  destinationRoutes,
  destinationFigureRoutes,
  connectionRoutes,
  mappingRoutes,
  destinationFilterRoutes,
  destinationTestRoutes,
  destinationReplayRoutes,
  integrationFilterRoutes,
  consentCategoryRoutes,
  functionRoutes,
  functionInstanceRoutes,
  alertRoutes,
  sourceCallRoutes,
  sourceTestRoutes,
  limitRoutes,
  folderRoutes,
  warehouseRoutes,
  sqlTraitRoutes,
]
