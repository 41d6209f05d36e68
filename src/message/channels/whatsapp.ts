import { Misconfigured } from '../../base/errors.ts'
import type { ToContent } from '../channel.ts'

/** A text within an open conversation; templates that Meta approves are not among Usher's templates yet (spec/messaging §7.4). */
export const whatsapp: ToContent = (rendered) => {
  if (rendered.channel !== 'sms')
    throw new Misconfigured('wrong_template', `A template for ${rendered.channel} cannot go by WhatsApp.`)
  return { channel: 'whatsapp', body: rendered.body, mediaUrls: [] }
}
