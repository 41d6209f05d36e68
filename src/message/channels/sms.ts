import { Misconfigured } from '../../base/errors.ts'
import type { ToContent } from '../channel.ts'

export const sms: ToContent = (rendered) => {
  if (rendered.channel !== 'sms')
    throw new Misconfigured('wrong_template', `A template for ${rendered.channel} cannot be a text message.`)
  return { channel: 'sms', body: rendered.body, mediaUrls: [] }
}
