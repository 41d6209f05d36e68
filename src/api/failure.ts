import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { Invalid, type Problem, Refused, Unavailable } from '../base/errors.ts'

/** The one shape of an error: a word for programs, a sentence for people, and each field that is wrong with its remedy. */
export type Failure = {
  readonly error: { readonly code: string; readonly message: string; readonly problems?: readonly Problem[] }
}

const failure = (code: string, message: string, problems?: readonly Problem[]): Failure => ({
  error: { code, message, ...(problems && problems.length > 0 ? { problems } : {}) },
})

const fieldOf = (instancePath: string): string => instancePath.replace(/^\//, '').replaceAll('/', '.')

/** Turns what was thrown into the answer: 400/422 the caller, 401–409 refused, 503 later, 500 a defect (logged, never shown). */
export const answerFailure = (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map((v) => ({ field: fieldOf(v.instancePath), message: v.message ?? 'is not valid' }))
    return reply.status(422).send(failure('invalid', problems.map((p) => `${p.field}: ${p.message}`).join('; '), problems))
  }
  if (error instanceof Invalid) return reply.status(422).send(failure(error.id, error.message, error.problems))
  if (error instanceof Refused) return reply.status(error.status).send(failure(error.id, error.message))
  if (error instanceof Unavailable) {
    return reply.status(503).header('retry-after', String(error.retryAfterSeconds)).send(failure(error.id, error.message))
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500
  if (status < 500)
    return reply.status(status).send(failure('code' in error ? String(error.code).toLowerCase() : 'refused', error.message))
  request.log.error(error)
  return reply
    .status(500)
    .send(failure('internal', `Something in Usher is broken. Its log has the cause under request ${request.id}.`))
}
