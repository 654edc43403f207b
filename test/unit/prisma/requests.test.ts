import { describe, expect, it } from 'vitest'
import { answerRequests } from '../../../src/prisma/requests.ts'

/** As much of a client as is looked at: one that others extend, and what it was asked. */
function originalLike() {
  const asked: unknown[] = []
  return {
    asked,
    _request: (request: unknown) => {
      asked.push(request)
      return Promise.resolve('from Prisma')
    },
    _extensions: extensionsLike(),
    _tracingHelper: { isEnabled: () => false as boolean },
  }
}

type Original = ReturnType<typeof originalLike>

const extensionsLike = (differences: object = {}) => ({
  isEmpty: () => false,
  getAllQueryCallbacks: () => [],
  getAllComputedFields: () => undefined,
  ...differences,
})

function extended(original: Original, differences: object = {}): Original {
  return Object.assign(Object.create(original) as Original, { _originalClient: original, ...differences })
}

const request = { model: 'City', jsModelName: 'city', action: 'findMany', args: { take: 1 }, dataPath: [] }

interface Differences {
  readonly original?: object
  readonly parent?: object
  readonly request?: object
}

function ask(differences: Differences = {}) {
  const original = Object.assign(originalLike(), differences.original)
  const client = extended(original)
  const answer = ({ args }: { args: unknown }) => Promise.resolve({ answered: args })
  answerRequests(client, extended(original, differences.parent), { models: ['City'], answer })
  return client._request({ ...request, ...differences.request })
}

describe('requests of a client', () => {
  it('are answered with the arguments that they have', async () => {
    expect(await ask()).toEqual({ answered: { take: 1 } })
    expect(await ask({ request: { args: undefined } })).toEqual({ answered: {} })
  })

  it.each([
    ['has no name for the client of a transaction', { request: { transaction: { kind: 'itx', id: 'x' } } }],
    ['is part of a batch', { request: { transaction: { kind: 'batch' } } }],
    ['is raw SQL', { request: { model: undefined, jsModelName: undefined, action: 'queryRaw' } }],
    ['has no action', { request: { action: undefined } }],
    ['has no name of a property', { request: { jsModelName: undefined } }],
    ['may be traced', { original: { _tracingHelper: { isEnabled: () => true } } }],
    ['may be traced without anybody knowing', { original: { _tracingHelper: undefined } }],
    ['may be traced in another way', { original: { _tracingHelper: {} } }],
    ['has other hooks', { parent: { _extensions: extensionsLike({ getAllQueryCallbacks: () => [() => {}] }) } }],
    ['has hooks of another kind', { parent: { _extensions: extensionsLike({ getAllQueryCallbacks: () => ({}) }) } }],
    ['has unknown hooks', { parent: { _extensions: {} } }],
    ['is of unknown extensions', { parent: { _extensions: undefined } }],
    ['cannot be performed without the cache', { parent: { _request: undefined } }],
    [
      'has computed fields',
      { parent: { _extensions: extensionsLike({ getAllComputedFields: () => ({ label: { needs: [] } }) }) } },
    ],
  ] satisfies [string, Differences][])('go on to Prisma where one %s', async (_, differences) => {
    expect(await ask(differences)).toBe('from Prisma')
  })

  it('go on to Prisma where they are not answered', async () => {
    const original = originalLike()
    const client = extended(original)
    answerRequests(client, extended(original), { models: [], answer: () => null })
    expect(await client._request(request)).toBe('from Prisma')
    expect(original.asked).toEqual([request])
  })

  it('are performed without the cache by the client below, with the arguments that are given then', async () => {
    const original = originalLike()
    const client = extended(original)
    const below: unknown[] = []
    const _request = (asked: unknown) => Promise.resolve(below.push(asked))
    answerRequests(client, extended(original, { _request }), { models: [], answer: ({ query }) => query({ take: 2 }) })
    await client._request(request)
    expect([original.asked, below]).toEqual([[], [{ ...request, args: { take: 2 } }]])
  })

  it('are rejected, and not thrown, where an answer is thrown', async () => {
    const original = originalLike()
    const client = extended(original)
    const answer = () => {
      throw new Error('on its way')
    }
    answerRequests(client, extended(original), { models: [], answer })
    await expect(client._request(request)).rejects.toThrow('on its way')
  })

  it('go on to whom somebody has put in the place of Prisma meanwhile', async () => {
    const original = originalLike()
    const client = extended(original)
    answerRequests(client, extended(original), { models: [], answer: () => Promise.resolve('answered') })
    expect(await client._request(request)).toBe('answered')
    original._request = () => Promise.resolve('from another')
    expect(await client._request(request)).toBe('from another')
  })

  it('of a client that extends none are left alone', () => {
    const client = originalLike()
    const { _request } = client
    expect(answerRequests(client, client, { models: [], answer: () => null })).toBeNull()
    expect(client._request).toBe(_request)
  })
})
