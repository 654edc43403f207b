import type { PrismaClient } from '../../../../prisma/generated/client.ts'
import { superjsonCodec } from '../../../../src/core/codec/superjson-codec.ts'
import { Decimal } from '../../../../src/prisma/values.ts'

/** A call of a model: plain data, so that it may be sent to another process. */
export interface Call {
  readonly model: ModelName
  readonly operation: string
  readonly args: unknown
}

export type ModelName = 'city' | 'country' | 'post' | 'profile' | 'device' | 'note' | 'sample' | 'user'

export type Step =
  | { readonly kind: 'call'; readonly call: Call }
  | { readonly kind: 'raw'; readonly sql: string }
  /** In one `$transaction`, by a callback or by a list. */
  | { readonly kind: 'callback' | 'batch'; readonly calls: readonly Call[] }

/** Type for type, as text: what crosses between processes and is compared. */
const codec = superjsonCodec({ Decimal })

export function decoded(text: string): unknown {
  return codec.decode(text)
}

/** What came of a step: its result as text, or the code of its error. */
export async function outcomeOf(prisma: PrismaClient, step: Step): Promise<string> {
  try {
    return codec.encode(await runStep(prisma, step))
  } catch (error) {
    const { code, name } = error as Error & { code?: unknown }
    return `error ${code ?? name}`
  }
}

type Method = (args: unknown) => Promise<unknown> & { readonly [Symbol.toStringTag]: 'PrismaPromise' }

function prepared(prisma: object, { model, operation, args }: Call) {
  return (prisma as Record<ModelName, Record<string, Method>>)[model][operation]!(args)
}

async function runStep(prisma: PrismaClient, step: Step): Promise<unknown> {
  switch (step.kind) {
    case 'call':
      return prepared(prisma, step.call)
    case 'raw':
      return prisma.$executeRawUnsafe(step.sql)
    case 'batch':
      return prisma.$transaction(step.calls.map((call) => prepared(prisma, call)))
    case 'callback':
      return prisma.$transaction(async (tx) => {
        const results: unknown[] = []
        for (const call of step.calls) results.push(await prepared(tx, call))
        return results
      })
  }
}

export function textOf(step: Step): string {
  return JSON.stringify(step, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))
}
