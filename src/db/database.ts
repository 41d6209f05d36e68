import type { Kysely } from 'kysely'
import type { AlertTables } from './rows/alert.ts'
import type { AudienceTables } from './rows/audience.ts'
import type { CallTables } from './rows/call.ts'
import type { CatalogTables } from './rows/catalog.ts'
import type { ConnectionTables } from './rows/connection.ts'
import type { DestinationTables } from './rows/destination.ts'
import type { DropTables } from './rows/drop.ts'
import type { EventTables } from './rows/event.ts'
import type { FunctionTables } from './rows/function.ts'
import type { GateTables } from './rows/gate.ts'
import type { ImportTables } from './rows/import.ts'
import type { JourneyTables } from './rows/journey.ts'
import type { MessageTables } from './rows/message.ts'
import type { OAuthTables } from './rows/oauth.ts'
import type { ProfileTables } from './rows/profile.ts'
import type { RateTables } from './rows/rate.ts'
import type { RegulationTables } from './rows/regulation.ts'
import type { SourceCountTables } from './rows/source-count.ts'
import type { SpaceTables } from './rows/space.ts'
import type { SqlTraitTables } from './rows/sql-trait.ts'
import type { SubscriptionTables } from './rows/subscription.ts'
import type { TrackingPlanTables } from './rows/tracking-plan.ts'
import type { TransformationTables } from './rows/transformation.ts'

export type Database = SpaceTables &
  OAuthTables &
  RateTables &
  ProfileTables &
  EventTables &
  DropTables &
  GateTables &
  CatalogTables &
  TrackingPlanTables &
  TransformationTables &
  DestinationTables &
  FunctionTables &
  AlertTables &
  CallTables &
  SourceCountTables &
  ImportTables &
  AudienceTables &
  ConnectionTables &
  SqlTraitTables &
  SubscriptionTables &
  RegulationTables &
  MessageTables &
  JourneyTables

/** A connection pool or an open transaction: whoever gets one does not care which. */
export type Db = Kysely<Database>
