// Which folder may import which: the arrows of the design, all pointing inwards.
//
//   index -> plugin -> prisma -> strategies -> analysis, core <- stores, near
//
// A folder that is missing here may import nothing of ours, so that a new one must be added.

/** What each part of src may import besides itself. */
const layers = {
  core: [],
  analysis: ['core'],
  stores: ['core'],
  near: ['core'],
  strategies: ['analysis', 'core'],
  prisma: ['strategies', 'analysis', 'core'],
  plugin: ['prisma', 'strategies', 'near', 'stores', 'analysis', 'core'],
  cli: ['index'],
  dashboard: ['index'],
}

/** A part is a folder, or a file with its name. */
const part = (name) => `^src/${name}(/|\\.ts$)`
const parts = (names) => names.map(part).join('|')
const isPackage = (name) => `(^|node_modules/)${name}(/|$)`

const inwards = Object.entries(layers).map(([name, allowed]) => ({
  name: `${name}-points-inwards`,
  comment: `src/${name} may import ${allowed.length === 0 ? 'nothing else of ours' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: part(name) },
  to: { path: '^src/', pathNot: parts([name, ...allowed]) },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...inwards,
    {
      name: 'index-exports-the-plugin',
      comment: 'src/index.ts is the public surface: the plugin, the error class, and types from anywhere.',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/', pathNot: `${part('plugin')}|^src/core/errors\\.ts$`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-unknown-part',
      comment: 'Every part of src has a place among the layers above.',
      severity: 'error',
      from: { path: '^src/', pathNot: parts(['index', ...Object.keys(layers)]) },
      to: { path: '^src/' },
    },
    {
      name: 'prisma-in-one-folder',
      comment: 'Everything that knows Prisma lives in src/prisma: a second adapter is then a second folder.',
      severity: 'error',
      from: { path: '^src/', pathNot: part('prisma') },
      to: { path: isPackage('@prisma/[^/]+') },
    },
    {
      name: 'ioredis-in-one-folder',
      comment: 'Only the Redis store knows the Redis client.',
      severity: 'error',
      from: { path: '^src/', pathNot: part('stores/redis') },
      to: { path: isPackage('ioredis') },
    },
    {
      name: 'pure-layers',
      comment: 'core and analysis do no input or output.',
      severity: 'error',
      from: { path: parts(['core', 'analysis']) },
      to: { path: '^(node:)?(child_process|cluster|dgram|dns|fs|https?|http2|net|readline|tls|worker_threads)(/|$)' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle is one file in two.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Type imports count too: knowing a type is knowing the package.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
