/** A load found out that the caching of a model is switched off: nothing may be stored, and nobody needs to wait for anybody. */
export class SwitchedOff extends Error {
  readonly model: string

  constructor(model: string) {
    super(`The caching of ${model} is switched off.`)
    this.model = model
  }
}
