/**
 * What Prisma does not declare, in one place; what it asks of itself for an operation, and what a call returns, is in `requests.ts`,
 * `calls.ts` and `short-call.ts`. Seen on client 7.10.
 *
 * Every reader answers "unknown" when the shape is not the expected one, and the callers then bypass the cache or
 * invalidate more than needed: slower, never wrong.
 */

/** How an operation runs: alone, in `$transaction([...])`, or in `$transaction(async (tx) => ...)`. */
export type HowRun =
  | { readonly kind: 'alone' | 'batch' | 'unknown' }
  | { readonly kind: 'interactive'; readonly transactionId: string }

/** Source: `__internalParams.transaction`, which Prisma passes to query hooks. */
export function howRun(hook: object): HowRun {
  const params = field(hook, '__internalParams')
  if (typeof params !== 'object' || params === null) return unknownRun
  const transaction = field(params, 'transaction')
  if (transaction === undefined) return 'dataPath' in params || 'clientMethod' in params ? runAlone : unknownRun
  const kind = field(transaction, 'kind')
  if (kind === 'batch') return { kind: 'batch' }
  const id = field(transaction, 'id')
  return kind === 'itx' && typeof id === 'string' ? { kind: 'interactive', transactionId: id } : unknownRun
}

const runAlone: HowRun = { kind: 'alone' }
const unknownRun: HowRun = { kind: 'unknown' }

/**
 * What all statements of one batch have in common, and no other has; `null` outside of a batch.
 *
 * Source: the `lock` of the transaction that Prisma gives to each promise of `$transaction([...])`, and to its hooks.
 */
export function batchKeyOf(hook: object): object | null {
  return lockOf(field(field(hook, '__internalParams'), 'transaction'))
}

/**
 * The promises of a batch, such that the key of the batch becomes known when Prisma starts them.
 *
 * Source: `$transaction([...])` calls `requestTransaction(transaction)` of each promise.
 */
export function withBatchKey(promises: readonly unknown[], onKey: (key: object) => void): unknown[] {
  return promises.map((promise) => {
    const request = field(promise, 'requestTransaction')
    if (typeof request !== 'function') return promise
    const requestTransaction = (transaction: unknown) => {
      const key = lockOf(transaction)
      if (key) onKey(key)
      return request.call(promise, transaction)
    }
    return Object.create(promise as object, { requestTransaction: { value: requestTransaction } })
  })
}

function lockOf(transaction: unknown): object | null {
  if (field(transaction, 'kind') !== 'batch') return null
  const lock = field(transaction, 'lock')
  return typeof lock === 'object' && lock !== null ? lock : null
}

/** The path by which the fluent API unpacks a result, `['select', 'country']`; `null` when it is not known. */
export function dataPathOf(hook: object): readonly string[] | null {
  const path = field(field(hook, '__internalParams'), 'dataPath')
  if (path === undefined) return []
  return Array.isArray(path) && path.every((step) => typeof step === 'string') ? path : null
}

/**
 * Whether no other query hook runs after this one, and may change the arguments that it has seen.
 *
 * Source: Prisma calls a hook as an element of the array of all hooks of the operation, so that array is its `this`.
 */
export function isLastHook(self: unknown, hook: unknown): boolean {
  return Array.isArray(self) && self.at(-1) === hook
}

/**
 * Extends a client by Prisma's own method: one that another extension put in its place might lead back here without end.
 *
 * Source: `_originalClient`, the client before any extension.
 */
export function extendPlainly<Client extends { $extends(extension: unknown): Client }>(
  client: Client,
  extension: unknown,
) {
  const original = field(field(client, '_originalClient'), '$extends')
  return typeof original === 'function' ? (original.call(client, extension) as Client) : client.$extends(extension)
}

/** Lets `$parent` of a client, and of its models, be this one. Source: `_appliedParent`. */
export function setParent(client: object, parent: object): void {
  Object.defineProperty(client, '_appliedParent', { value: parent, configurable: true })
}

/**
 * The id that the hooks of a transaction client will report.
 *
 * Source: a transaction client makes its promises through `_createPrismaPromise`, which hands its transaction to the callback.
 */
export function transactionIdOf(client: object): string | null {
  const create = field(client, '_createPrismaPromise')
  if (typeof create !== 'function') return null
  let id: unknown
  try {
    create((transaction: unknown) => {
      id = field(transaction, 'id')
      return Promise.resolve()
    }).then(() => {})
  } catch {
    return null
  }
  return typeof id === 'string' ? id : null
}

/** The schema that the client was generated from, all files together. */
export function schemaTextOf(client: object): string | null {
  const text = field(field(client, '_engineConfig'), 'inlineSchema')
  return typeof text === 'string' ? text : null
}

/**
 * Whether {@link shapeResultBy} will do.
 *
 * Source: `__internalParams.args`, which `query` sets to its own and by which computed fields are added afterwards.
 */
export function canShapeResult(hook: object): boolean {
  const params = field(hook, '__internalParams')
  return typeof params === 'object' && params !== null && 'args' in params
}

/** Lets Prisma shape the result of an operation by these arguments, whatever `query` was called with last. */
export function shapeResultBy(hook: object, args: unknown): void {
  if (canShapeResult(hook)) Object.assign(field(hook, '__internalParams') as object, { args })
}

/** `PageView` is `prisma.pageView`. */
export function clientProperty(model: string): string {
  return model.charAt(0).toLowerCase() + model.slice(1)
}

/**
 * The client before any extension; itself if it is none.
 *
 * Source: `_originalClient`, on which `$transaction` and raw queries run without the hooks of extensions.
 */
export function originalOf<Client extends object>(client: Client): Client {
  const original = field(client, '_originalClient')
  return typeof original === 'object' && original !== null ? (original as Client) : client
}

/** The schema of the database in which Prisma looks for tables; `null` where it takes that of the provider. Source: `schema` of the adapter. */
export function databaseSchemaOf(client: object): string | null {
  const schema = field(field(adapterOf(client), 'options'), 'schema')
  return typeof schema === 'string' ? schema : null
}

/** The isolation level of a transaction; `undefined` where it is the default of the database. Source: `transactionOptions` of the client. */
export function isolationLevelOf(client: object, options: unknown): unknown {
  return (
    field(options, 'isolationLevel') ??
    field(field(field(client, '_engineConfig'), 'transactionOptions'), 'isolationLevel')
  )
}

/** The driver adapter that the client was made with. */
export function adapterOf(client: object): unknown {
  return field(field(client, '_engineConfig'), 'adapter')
}

/**
 * Whether statements run one by one even where Prisma speaks of a transaction, so that an error proves nothing about those before.
 *
 * Source: https://www.prisma.io/docs/orm/overview/databases/cloudflare-d1, "transactions are not supported".
 */
export function ignoresTransactions(client: object): boolean {
  const name = field(adapterOf(client), 'adapterName')
  // Over HTTP it is called `@prisma/adapter-d1-http`.
  return typeof name === 'string' && name.startsWith('@prisma/adapter-d1')
}

/** The `omit` that the client was made with; it decides which columns a row has. */
export function globalOmitOf(client: object): unknown {
  return field(client, '_globalOmit')
}

export function clientVersionOf(client: object): string {
  const version = field(client, '_clientVersion')
  return typeof version === 'string' ? version : 'unknown'
}

/**
 * Of each computed field, the columns it needs: they decide which columns a query that selects the field returns.
 *
 * Source: `_extensions.getAllComputedFields(model)`, a record of `{ name, needs }`.
 */
export function computedFieldsOf(client: object, models: Iterable<string>): Readonly<Record<string, unknown>> {
  const extensions = field(client, '_extensions')
  const read = field(extensions, 'getAllComputedFields')
  if (typeof read !== 'function') return {}
  const computed: Record<string, unknown> = {}
  for (const model of models) {
    const fields: unknown = read.call(extensions, model)
    if (typeof fields !== 'object' || fields === null) continue
    computed[model] = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, field(one, 'needs')]))
  }
  return computed
}

/** A property that may not be there. */
export function field(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[name] : undefined
}
