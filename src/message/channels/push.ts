import { Misconfigured } from '../../base/errors.ts'
import type { ToContent } from '../channel.ts'

export const push: ToContent = (rendered) => {
  if (rendered.channel !== 'push')
    throw new Misconfigured('wrong_template', `A template for ${rendered.channel} cannot be a push message.`)
  const { title, body, link, image } = rendered
  return { channel: 'push', title, body, ...(link ? { link } : {}), ...(image ? { imageUrl: image } : {}) }
}
