import { readFileSync } from 'node:fs'

/**
 * The text of a Lua script, by its name. In the package that is published the texts themselves stand in the place of this module: programs that
 * are bundled have no files beside their modules.
 */
export function textOf(name: string): string {
  return readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8')
}
