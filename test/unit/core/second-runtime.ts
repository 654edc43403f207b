import { createRequire } from 'node:module'
import type * as runtime from '@prisma/client/runtime/client'

/** A second copy of Prisma's runtime, as a bundler makes one: other classes, other instances. */
export function secondRuntime(): typeof runtime {
  const require = createRequire(import.meta.url)
  const loaded = Object.entries(require.cache).filter(([path]) => path.includes('@prisma'))
  for (const [path] of loaded) delete require.cache[path]
  try {
    return require('@prisma/client/runtime/client')
  } finally {
    for (const [path, module] of loaded) require.cache[path] = module
  }
}
