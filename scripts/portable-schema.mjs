/**
 * The schema of the tests as databases of another kind have it: without views, lists, and types that only PostgreSQL knows.
 *
 * @param {string} schema the text of prisma/schema.prisma
 * @param {{ provider: string, output: string }} options
 */
export function portableSchema(schema, { provider, output }) {
  return schema
    .replace(/^ *previewFeatures .*\n/m, '')
    .replace(/^( *output *=).*$/m, `$1 "${output}"`)
    .replace(/^( *provider *=) "postgresql"$/m, `$1 "${provider}"`)
    .replace(/^(\/\/\/.*\n)*view \w+ \{[^}]*\}\n/m, '')
    .replace(/^ *\w+ +(Int|BigInt|Float|Decimal|Boolean|String|DateTime|Bytes|Json|Colour)\[\].*\n/gm, '')
    .replace(/ *@db\.\w+(\([^)]*\))?/g, '')
    .replace(/\(ops: raw\([^)]*\)\)/g, '')
}
