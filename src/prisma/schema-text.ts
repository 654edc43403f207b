/**
 * What has to be settled in a schema's text before it is parsed: which blocks are views, and what `@ignore` hides.
 *
 * The parser's output flags neither. An ignored field or model is left out of it, yet the database cascades through it all
 * the same, so the marks are taken away before parsing.
 */
export function readSchemaText(schemaText: string): SchemaText {
  const code = schemaText.replace(NOT_CODE, (found) => found.replace(/[^\n]/g, ' '))
  const views = new Set([...code.matchAll(/^[ \t]*view\s+(\w+)\s*\{/gm)].map((match) => match[1]!))

  const hidden = [...code.matchAll(/@@?ignore\b/g)].reverse()
  // A model without a usable key must be ignored: the extra key keeps it valid when it is not.
  const text = hidden.reduce((whole, match) => {
    const instead = match[0] === '@@ignore' ? 'cacheRevealedKey Int @unique' : ''
    return whole.slice(0, match.index) + instead + whole.slice(match.index + match[0].length)
  }, schemaText)
  return { text, views }
}

export interface SchemaText {
  /** The schema without `@ignore` and `@@ignore`. */
  readonly text: string
  readonly views: ReadonlySet<string>
}

/** Strings and comments, so that a word inside them is not taken for a keyword. */
const NOT_CODE = /"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
