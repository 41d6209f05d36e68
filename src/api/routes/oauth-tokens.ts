import * as z from 'zod'
import { grantToken, isDenied } from '../../space/oauth-token.ts'
import type { Inside } from '../door.ts'
import type { Route } from './index.ts'

const BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
// What Segment's SDKs write where nobody tells them otherwise.
const SEGMENT = 'https://oauth2.segment.io'

const Form = z.object({
  grant_type: z.string().optional(),
  client_assertion_type: z.string().optional(),
  client_assertion: z.string().max(8_000).optional(),
  scope: z.string().max(500).optional(),
})
const Granted = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.number(), scope: z.string() })
const Denied = z.object({ error: z.string(), error_description: z.string() })

const wrongForm = ({
  grant_type,
  client_assertion_type,
  client_assertion,
}: z.infer<typeof Form>): z.infer<typeof Denied> | undefined => {
  if (grant_type !== 'client_credentials')
    return { error: 'unsupported_grant_type', error_description: 'Send grant_type=client_credentials.' }
  if (client_assertion_type !== BEARER || !client_assertion)
    return { error: 'invalid_request', error_description: `Send client_assertion, and client_assertion_type=${BEARER}.` }
  return undefined
}

const audienceOf = ({ config }: Inside): readonly string[] => [config.publicUrl, `${config.publicUrl}/token`, SEGMENT]

/** `POST /token`: an app proves by its key that it is itself, and gets a token (spec/connections §2.8, RFC 7523). */
export const oauthTokenRoutes: Route = (app, door) => {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.post(
    '/token',
    {
      schema: {
        tags: ['oauth'],
        summary: 'A token for an app that signs with its key',
        body: Form,
        response: { 200: Granted, 400: Denied, 401: Denied },
      },
    },
    async ({ body }, reply) => {
      reply.header('cache-control', 'no-store')
      const wrong = wrongForm(body)
      if (wrong) return reply.status(400).send(wrong)
      const secret = Buffer.from(door.random(32)).toString('base64url')
      const granted = await grantToken(door.db, {
        assertion: body.client_assertion ?? '',
        scope: body.scope,
        audience: audienceOf(door),
        secret,
        now: door.now(),
      })
      if (isDenied(granted))
        return reply
          .status(granted.error === 'invalid_client' ? 401 : 400)
          .send({ error: granted.error, error_description: granted.says })
      const { expiresIn, scopes } = granted
      return reply.send({ access_token: secret, token_type: 'Bearer' as const, expires_in: expiresIn, scope: scopes.join(' ') })
    },
  )
}
