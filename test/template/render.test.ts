import fc from 'fast-check'
import PostalMime from 'postal-mime'
import { expect, it } from 'vitest'
import { Invalid, Refused } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { compileTemplate } from '../../src/template/compile.ts'
import { renderMessage } from '../../src/template/render.ts'
import { type EmailSource, NewTemplateContent } from '../../src/template/source.ts'
import { onProcessor } from '../support/processor.ts'

const mjml = (text: string): string =>
  `<mjml><mj-body><mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section></mj-body></mjml>`
const compileEmail = (source: Partial<EmailSource>) =>
  compileTemplate({ channel: 'email', source: { subject: 'Hello', mjml: mjml('Hi'), ...source } })
const person = (traits: JsonObject): JsonObject => ({
  profile: { traits, email: 'a@example.com' },
  journey: { context: {} },
  unsubscribe_url: 'https://u.example/unsubscribe/x.y',
  preferences_url: 'https://u.example/preferences/x.y',
})
const renderEmail = async (source: Partial<EmailSource>, traits: JsonObject) => {
  const compiled = await compileEmail(source)
  if (compiled.channel !== 'email') throw new Error('not an e-mail')
  return renderMessage(compiled, person(traits))
}
const renderSms = async (body: string, traits: JsonObject) => {
  const compiled = await compileTemplate({ channel: 'sms', source: { body } })
  if (compiled.channel !== 'sms') throw new Error('not an SMS')
  return renderMessage(compiled, person(traits))
}
const bodyOf = (html: string): string =>
  html
    .slice(html.indexOf('<body'))
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
const problemsOf = async (work: Promise<unknown>) => {
  const error = await work.catch((e: unknown) => e)
  if (!(error instanceof Invalid)) throw new Error(`expected Invalid, got ${String(error)}`)
  return error.problems
}

it('golden: a whole e-mail in three parts', async () => {
  const { subject, html, text } = await renderEmail(
    {
      subject: 'Welcome, {{ profile.traits.first_name | default: "friend" }}',
      preheader: 'Tom & {{ profile.traits.first_name }}',
      mjml: mjml(
        '<h1>Hello {{ profile.traits.first_name }}</h1>{% for item in profile.traits.cart %}<p>{{ item.name }}: {{ item.price }}</p>{% endfor %}' +
          '{% if profile.traits.total > 100 %}<p>Free delivery</p>{% else %}<p>Delivery 5</p>{% endif %}<a href="{{ unsubscribe_url }}">Unsubscribe</a>',
      ),
    },
    {
      first_name: 'Ada',
      total: 120,
      cart: [
        { name: 'CD', price: 12 },
        { name: 'LP & EP', price: 30 },
      ],
    },
  )
  expect(subject).toBe('Welcome, Ada')
  expect(text).toBe('Hello Ada\n\nCD: 12\n\nLP & EP: 30\n\nFree delivery\n\nUnsubscribe [https://u.example/unsubscribe/x.y]')
  expect(bodyOf(html)).toMatch(/^Tom &amp; Ada(&#847;&zwnj;&nbsp;)+ Hello Ada CD: 12 LP &amp; EP: 30 Free delivery Unsubscribe$/)
  expect(html).toContain('href="https://u.example/unsubscribe/x.y"')
})

it('T11 the preheader stands hidden at the beginning of the body', async () => {
  const { html } = await renderEmail({ preheader: 'a < b' }, {})
  expect(html).toMatch(/<body[^>]*><div style="display:none[^"]*">a &lt; b&#847;/)
})

it.each([['<nil>'], ['  '], [null], [undefined]])('T07 a trait that is %j gives way to its default', async (blank) => {
  const traits: JsonObject = blank === undefined ? {} : { name: blank }
  expect((await renderSms("Hi {{ profile.traits.name | default: 'you' }}", traits)).body).toBe('Hi you')
})

it('T07 zero and false-looking text are values', async () => {
  expect(
    (await renderSms('{{ profile.traits.n | default: 5 }} {{ profile.traits.s | default: 6 }}', { n: 0, s: 'false' })).body,
  ).toBe('0 false')
})

it('T08 arrays and objects, and names with spaces', async () => {
  const traits = { list: ['a', 'b'], 'Loyalty Tier': 'gold', address: { city: 'Paris' } }
  const body =
    '{% for x in profile.traits.list %}{{ x }}{% endfor %} {{ profile.traits["Loyalty Tier"] }} {{ profile.traits.address.city }}'
  expect((await renderSms(body, traits)).body).toBe('ab gold Paris')
})

it('injection: whatever a trait holds, it brings no tag and no attribute into HTML', async () => {
  const compiled = await compileEmail({ mjml: mjml('<p title="{{ profile.traits.x }}">[{{ profile.traits.x }}]</p>') })
  if (compiled.channel !== 'email') throw new Error('not an e-mail')
  const empty = renderMessage(compiled, person({ x: '' })).html
  const tags = (html: string) => html.split('<').length
  const quotes = (html: string) => html.split('"').length
  const nasty = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=1>',
      "' onload='x",
      '</style>',
      '{{ 7 | times: 7 }}',
      '<!--',
      ']]>',
    ),
  )
  fc.assert(
    fc.property(nasty, (x) => {
      const { html } = renderMessage(compiled, person({ x }))
      expect([tags(html), quotes(html)]).toEqual([tags(empty), quotes(empty)])
    }),
  )
})

it('injection: `raw` prints HTML on purpose, and Liquid inside of values is only text', async () => {
  expect((await renderEmail({ mjml: mjml('{{ profile.traits.x | raw }}') }, { x: '<em>y</em>' })).html).toContain('<em>y</em>')
  expect((await renderSms('{{ profile.traits.x }}', { x: '{{ unsubscribe_url }}{% raw %}' })).body).toBe(
    '{{ unsubscribe_url }}{% raw %}',
  )
})

it('injection: a line break in a trait begins no other header', async () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('x\r\nBcc: evil@example.com', 'x\nBcc: evil@example.com', 'x\r\n\r\nbody', 'x\u2028Bcc: y', 'x\u0000\u000by'),
  )
  const compiled = await compileEmail({ subject: 'Hi {{ profile.traits.x }}', from: '{{ profile.traits.x }} <a@example.com>' })
  if (compiled.channel !== 'email') throw new Error('not an e-mail')
  await fc.assert(
    fc.asyncProperty(nasty, async (x) => {
      const { subject, from } = renderMessage(compiled, person({ x }))
      for (const line of [subject, from]) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
      const parsed = await new PostalMime().parse(`Subject: ${subject}\r\n\r\nbody`)
      expect(parsed.headers.map((header) => header.key)).toEqual(['subject'])
    }),
  )
})

it('injection: subjects and SMS are not HTML', async () => {
  expect((await renderEmail({ subject: '{{ profile.traits.x }}' }, { x: 'Tom & <Jerry>' })).subject).toBe('Tom & <Jerry>')
  expect((await renderSms('{{ profile.traits.x }}', { x: 'Tom & <Jerry>' })).body).toBe('Tom & <Jerry>')
})

it.each([
  'constructor',
  '__proto__',
  'profile.constructor',
  'profile.__proto__.polluted',
  'profile.traits.constructor.constructor',
  'profile.traits.list.constructor',
  'profile.traits.name.constructor.name',
  'process.env',
])('a template reaches no prototype: {{ %s }}', async (path) => {
  expect((await renderSms(`[{{ ${path} }}]`, { name: 'x', list: [1] })).body).toBe('[]')
})

it.each([
  ['a loop over 100 million', '{% for i in (1..100000000) %}x{% endfor %}'],
  [
    'loops in loops',
    '{% for i in (1..3000) %}{% for j in (1..3000) %}{% for k in (1..3000) %}x{% endfor %}{% endfor %}{% endfor %}',
  ],
  ['doubling', `{% assign s = "xxxxxxxxxx" %}${'{% assign s = s | append: s %}'.repeat(40)}{{ s }}`],
])('an endless template ends by itself: %s', async (_, body) => {
  const { ms } = await onProcessor(() => expect(renderSms(body, {})).rejects.toThrow(Refused))
  expect(ms).toBeLessThan(5_000)
})

it.each(['include', 'render', 'layout'])('a template reads no other file by %s', async (tag) => {
  const [problem] = await problemsOf(compileTemplate({ channel: 'sms', source: { body: `{% ${tag} "/etc/passwd" %}` } }))
  expect(problem).toMatchObject({ field: 'source.body', remedy: expect.stringContaining('do not include one another') })
})

it('T09 names each field, line and remedy of bad Liquid, all at once', async () => {
  const source = { subject: '{{ x | nofilter }}', preheader: '{{ open', mjml: mjml('\n\n{% if a %}') }
  const problems = await problemsOf(compileEmail(source))
  expect(problems.map((p) => [p.field, /line (\d+)/.exec(p.message)?.[1], p.remedy !== undefined])).toEqual([
    ['source.subject', '1', true],
    ['source.mjml', '3', true],
    ['source.preheader', '1', true],
  ])
})

it.each([
  ['elseif', '{% if a %}x{% elseif b %}y{% endif %}', 'write "elsif"'],
  ['an unknown tag', '{% fro x in y %}', 'use one of the tags'],
])('T09 has a remedy for %s', async (_, body, remedy) => {
  const [problem] = await problemsOf(compileTemplate({ channel: 'sms', source: { body } }))
  expect(problem?.remedy).toContain(remedy)
})

it.each([
  ['plain text', 'hello', 'is not MJML'],
  ['an unknown tag', mjml('x').replaceAll('mj-text', 'mj-txt'), 'mj-txt'],
  ['a tag in the wrong place', '<mjml><mj-body><mj-text>x</mj-text></mj-body></mjml>', 'cannot be used inside'],
  ['a tag that is not closed', '<mjml>\n<mj-body>\n<mj-section></mj-body></mjml>', 'line 3: <mj-section> is not closed'],
  ['an include', '<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>', 'mj-include'],
  [
    'Liquid between the tags',
    '<mjml><mj-body>\n{% if a %}<mj-section></mj-section>{% endif %}</mj-body></mjml>',
    'line 2: {% if a %} gets lost',
  ],
])('MJML is refused with its line: %s', async (_, source, said) => {
  const problems = await problemsOf(compileEmail({ mjml: source }))
  expect(problems.map((p) => p.message).join('\n')).toContain(said)
})

it('Liquid around sections works in mj-raw, and in attributes', async () => {
  const source = `<mjml><mj-body><mj-raw>{% if profile.traits.vip %}</mj-raw><mj-section background-color="{{ profile.traits.color }}"><mj-column>
    <mj-button href="https://x.example/?a=1&b={{ profile.traits.id | default: "none" }}">Go</mj-button></mj-column></mj-section><mj-raw>{% endif %}</mj-raw></mj-body></mjml>`
  const vip = await renderEmail({ mjml: source }, { vip: true, color: 'red', id: 'a"b' })
  expect(vip.html).toContain('b=a&#34;b"')
  expect(vip.html).toContain('red')
  expect((await renderEmail({ mjml: source }, { vip: false })).html).not.toContain('x.example')
})

it('T12 Segment’s own placeholders become our links, each of them', async () => {
  const text =
    '<a href="[upa_unsubscribe_link]">no</a> <a href="[upa_preferences_link]">some</a> <a href="[upa_unsubscribe_link]">no</a>'
  const { html } = await renderEmail({ mjml: mjml(text) }, {})
  expect(html.split('https://u.example/unsubscribe/x.y').length - 1).toBe(2)
  expect(html).toContain('https://u.example/preferences/x.y')
})

it('lists the variables that are used', async () => {
  const compiled = await compileEmail({
    subject: '{{ profile.traits.first_name }}',
    mjml: mjml('{% for item in profile.traits.cart %}{{ item.name }}{% endfor %}{{ unsubscribe_url }}'),
  })
  expect(compiled.variables).toEqual(['profile.traits.cart', 'profile.traits.first_name', 'unsubscribe_url'])
})

it('advises: no unsubscribe link, T22 no word of STOP, several segments, a variable nobody fills in', async () => {
  const advice = async (content: unknown) => {
    const compiled = await compileTemplate(NewTemplateContent.parse(content))
    return compiled.warnings.map((w) => w.message)
  }
  expect(await advice({ channel: 'email', source: { subject: 'x', mjml: mjml('x') } })).toEqual([
    expect.stringContaining('no link to unsubscribe'),
  ])
  expect(await advice({ channel: 'email', source: { subject: 'x', mjml: mjml('{{ unsubscribe_url }}') } })).toEqual([])
  expect(await advice({ channel: 'sms', source: { body: `${'x'.repeat(200)} {{ first_name }}` } })).toEqual([
    expect.stringContaining('how to opt out'),
    expect.stringContaining('2 segments'),
    '{{ first_name }} is never filled in',
  ])
  expect(await advice({ channel: 'sms', source: { body: 'Sale! Reply STOP to unsubscribe' } })).toEqual([])
})

it('T21 an SMS of 1,601 characters is not sent, one of 1,600 is', async () => {
  await expect(renderSms('{{ profile.traits.x }}', { x: 'a'.repeat(1_601) })).rejects.toThrow('1601 characters')
  expect((await renderSms('{{ profile.traits.x }}', { x: 'a'.repeat(1_600) })).segments).toBe(11)
})

it('T30 a push of more than 4 KB is not sent; empty parts are left out', async () => {
  const source = {
    title: '{{ profile.traits.t }}',
    body: 'b',
    link: '{{ profile.traits.link }}',
    image: 'https://x.example/i.png',
  }
  const compiled = await compileTemplate({ channel: 'push', source })
  expect(renderMessage(compiled, person({ t: 'x\ny' }))).toEqual({
    channel: 'push',
    title: 'x y',
    body: 'b',
    image: 'https://x.example/i.png',
  })
  expect(() => renderMessage(compiled, person({ t: 'x'.repeat(5_000) }))).toThrow('bytes')
})

it('no source makes compiling fail otherwise than by naming what is wrong', async () => {
  const liquid = fc.array(
    fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      ' if ',
      ' x ',
      '|',
      'endif',
      '<mj-text>',
      '</mj-text>',
      '<',
      '>',
      '"',
      'raw',
      'endraw',
      '\n',
      '&',
      "'",
      '-',
    ),
    { maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(liquid, fc.boolean(), async (parts, inText) => {
      const text = parts.join('')
      const result = await compileEmail({ subject: text || 'x', mjml: inText ? mjml(text) : text || 'x' }).catch(
        (e: unknown) => e,
      )
      if (result instanceof Error) expect(result).toBeInstanceOf(Invalid)
    }),
    { numRuns: 150 },
  )
})
