import type { FastifyReply } from 'fastify'

/** Says when whoever asked hangs up before the answer: what is done for them may be stopped. */
export const hungUp = ({ raw }: FastifyReply): AbortSignal => {
  const controller = new AbortController()
  raw.on('close', () => {
    if (!raw.writableFinished) controller.abort()
  })
  return controller.signal
}
