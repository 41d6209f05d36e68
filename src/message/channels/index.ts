import type { Channel } from '../../db/rows/message.ts'
import type { ToContent } from '../channel.ts'
import { email } from './email.ts'
import { push } from './push.ts'
import { sms } from './sms.ts'
import { whatsapp } from './whatsapp.ts'

/** Every channel. */
export const CHANNELS: Readonly<Record<Channel, ToContent>> = { email, sms, whatsapp, push }
