import type { ProviderKind } from '../../db/rows/message.ts'
import type { Provider } from '../provider.ts'
import { fcm } from './fcm.ts'
import { sendgrid } from './sendgrid.ts'
import { smtp } from './smtp.ts'
import { twilio } from './twilio.ts'

/** Every provider, by kind. */
export const PROVIDERS: Readonly<Record<ProviderKind, Provider>> = { smtp, sendgrid, twilio, fcm }
